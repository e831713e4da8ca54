// Before the first paint, so that a chosen theme never flashes the other one and what script serves
// stands in its place from the start.
const { dataset } = document.documentElement;
dataset.script = "";
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") dataset.theme = chosen;
  if (localStorage.getItem("shortcuts") === "off") dataset.shortcuts = "off";
} catch {
  // Storage can be forbidden; the page then follows the system.
}
