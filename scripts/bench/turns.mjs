/** Works through all items, `width` at a time; answers in their order. */
export async function inTurns(items, width, work) {
  const results = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
