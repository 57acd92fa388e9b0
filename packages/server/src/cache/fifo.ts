/** Items by name, which know their bytes; what came first leaves first. */
export class Fifo<T extends { readonly bytes: number }> {
  readonly #items = new Map<string, T>();
  #bytes = 0;

  /** Of all items. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#items.size;
  }

  get(key: string): T | undefined {
    return this.#items.get(key);
  }

  keys(): MapIterator<string> {
    return this.#items.keys();
  }

  /** Takes the place of an item of that name, but at the end. */
  push(key: string, item: T): void {
    this.take(key);
    this.#items.set(key, item);
    this.#bytes += item.bytes;
  }

  take(key: string): T | undefined {
    const item = this.#items.get(key);
    if (!item) return undefined;
    this.#items.delete(key);
    this.#bytes -= item.bytes;
    return item;
  }

  /** Takes out what came first. */
  shift(): [string, T] | undefined {
    const [first] = this.#items;
    if (first) this.take(first[0]);
    return first;
  }

  clear(): void {
    this.#items.clear();
    this.#bytes = 0;
  }
}
