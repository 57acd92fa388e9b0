/** Counts what the pictures of this visit weigh, as they come. */
const meter = document.querySelector("[data-meter]");
let bytes = 0;

new PerformanceObserver((list) => {
  for (const { initiatorType, encodedBodySize } of list.getEntries())
    if (initiatorType === "img") bytes += encodedBodySize;
  meter.textContent = bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}).observe({ type: "resource", buffered: true });

// Whoever changes pages wants to see the same place.
const place = sessionStorage.getItem("place");
sessionStorage.removeItem("place");
if (place !== null) scrollTo(0, Number(place));
for (const link of document.querySelectorAll(".pages a"))
  link.addEventListener("click", () => sessionStorage.setItem("place", String(scrollY)));
