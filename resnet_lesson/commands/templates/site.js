"use strict";
// On a narrow screen the contents would come before every text: fold them.
if (matchMedia("(max-width: 999px)").matches)
  document.querySelector(".menu").removeAttribute("open");

const box = document.querySelector('input[type="search"]');
if (box) {
  const list = document.querySelector(".found");
  const told = document.querySelector("[aria-live]");
  const search = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length
      ? INDEX.filter((entry) => {
          const text = `${entry.title} ${entry.text}`.toLowerCase();
          return words.every((word) => text.includes(word));
        })
      : [];
    list.replaceChildren(...hits.map((entry) => item(entry, words[0])));
    told.textContent = words.length ? `${hits.length} sections found` : "";
  };
  box.addEventListener("input", search);
  box.value = new URLSearchParams(location.search).get("q") || "";
  search();
}

function item(entry, word) {
  const at = Math.max(entry.text.toLowerCase().indexOf(word) - 60, 0);
  const found = document.createElement("li");
  const link = document.createElement("a");
  [link.href, link.textContent] = [entry.address, entry.title];
  const excerpt = document.createElement("span");
  excerpt.textContent = `${at ? "… " : ""}${entry.text.slice(at, at + 160)} …`;
  found.append(link, excerpt);
  return found;
}
