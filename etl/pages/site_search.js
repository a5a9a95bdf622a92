"use strict";
const parts = JSON.parse(document.getElementById("parts").textContent);
const asked = (new URLSearchParams(location.search).get("q") || "").trim().slice(0, 200);
const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
const told = document.getElementById("told"), found = document.getElementById("found");
document.getElementById("q").value = asked;
const worth = ([page, title, heading, text]) => {
  const h = heading.toLowerCase(), t = title.toLowerCase(), x = text.toLowerCase();
  let sum = 0;
  for (const word of words) {
    const own = (h.includes(word) ? 6 : 0) + (t.includes(word) ? 3 : 0) + Math.min(x.split(word).length - 1, 3);
    if (!own) return 0;
    sum += own + (h === word ? 6 : 0);
  }
  return /^(adr|capabilities|changelog|faults)/.test(page) ? sum / 4 : sum;
};
const around = (text) => {
  const low = text.toLowerCase();
  const at = Math.max(0, Math.min(...words.map((word) => low.indexOf(word)).filter((at) => at >= 0), low.length) - 60);
  return (at ? "\u2026 " : "") + text.slice(at, at + 220) + (at + 220 < text.length ? " \u2026" : "");
};
const marked = (node, text) => {
  const sign = /[.*+?^${}()|[\]\\]/g;
  const any = new RegExp("(" + words.map((word) => word.replace(sign, "\\$&")).join("|") + ")", "i");
  text.split(any).forEach((piece, at) => {
    if (at % 2) { const mark = document.createElement("mark"); mark.textContent = piece; node.append(mark); }
    else node.append(piece);
  });
};
if (words.length) {
  const hits = parts.map((part) => [worth(part), part]).filter(([sum]) => sum).sort((a, b) => b[0] - a[0]);
  told.textContent = hits.length ? `${hits.length} place${hits.length > 1 ? "s" : ""} for \u201c${asked}\u201d` +
    (hits.length > 50 ? ", the first 50" : "") : `Nothing for \u201c${asked}\u201d. Try fewer or other words.`;
  for (const [, [page, title, heading, text]] of hits.slice(0, 50)) {
    const item = document.createElement("li"), link = document.createElement("a"), said = document.createElement("p");
    link.href = page;
    link.textContent = heading;
    item.append(link);
    if (title !== heading) {
      const where = document.createElement("span");
      where.className = "where";
      where.textContent = " in " + title;
      item.append(where);
    }
    marked(said, around(text));
    item.append(said);
    found.append(item);
  }
}
