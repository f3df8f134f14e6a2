// Lays a deck out in the browser that shows it, whose fonts nobody knows before:
// what does not fit on a slide gets smaller, down to the limits below, or goes on
// on the next slide. Then reveal.js takes over.
"use strict";

const WIDTH = 1280, HEIGHT = 720; // pixels of a slide, scaled to the screen later
const ROOM = WIDTH - 112; // less the slide's padding
const TEXT = 28; // as in deck.css
const SCALES = [1, 0.95, 0.9, 0.86]; // of all type
const LEAST_TEXT = 20, LEAST_CODE = 18;
const LEAST_PICTURE = 1.3, LARGEST_PICTURE = 2; // of its size in the notebook,
const OWN_HEIGHT = 580; // or less: a high one as high as a slide of its own has room
const HEADING = /^H[1-6]$/;

// --- Preparing: a slide's blocks become its children

function unwrap(slide) {
  for (const part of [...slide.querySelectorAll(":scope > .part")]) {
    // Nothing on a slide scrolls, so nothing needs the focus for that.
    part.querySelectorAll("[tabindex]").forEach((e) => e.removeAttribute("tabindex"));
    const blocks = flat(part);
    for (const block of blocks) {
      block.dataset.cell = part.dataset.cell;
      if (part.classList.contains("fragment")) {
        block.classList.add("fragment");
        block.dataset.fragmentIndex = part.dataset.cell;
      }
    }
    part.replaceWith(...blocks);
  }
}

function flat(element) {
  const blocks = [];
  for (const child of [...element.children]) {
    if (child.matches("script, style")) document.body.append(child);
    else if (child.matches("div:not([id])") && !child.querySelector("[id]"))
      blocks.push(...flat(child));
    else blocks.push(child);
  }
  return blocks;
}

function content(slide) {
  return [...slide.children].filter((b) => !b.matches(".notes, .running"));
}

let section = ""; // the heading of the slides at hand

function giveHead(slide) {
  const first = content(slide)[0];
  const heading = slide.querySelector("h1, h2, h3");
  if (first && !HEADING.test(first.tagName) && section) {
    const running = document.createElement("p");
    running.className = "running";
    running.textContent = section;
    slide.prepend(running);
  }
  if (heading) section = heading.textContent.replace(/ · (core|further)$/, "");
  // What stands alone on a slide need not wait for a click.
  if (first) for (const block of content(slide))
    if (block.dataset.cell === first.dataset.cell) block.classList.remove("fragment");
}

// --- Fitting: make smaller, within limits

function settle(slide, alone = false) {
  return SCALES.some((scale) => {
    if (scale < 1 && slide.offsetHeight > 1.5 * HEIGHT) return false; // hopeless
    slide.style.fontSize = `${TEXT * scale}px`;
    slide.querySelectorAll("pre").forEach(narrowCode);
    slide.querySelectorAll("table, math[display=block]").forEach(narrow);
    const zoom = enlargePictures(slide, alone);
    return zoom && slide.offsetHeight <= HEIGHT;
  });
}

function sizeOf(element) {
  return parseFloat(getComputedStyle(element).fontSize);
}

function narrowCode(pre) {
  pre.style.fontSize = "";
  pre.classList.remove("wraps");
  if (sizeOf(pre) < LEAST_CODE) pre.style.fontSize = `${LEAST_CODE}px`;
  if (pre.scrollWidth <= pre.clientWidth) return;
  const size = Math.floor((10 * sizeOf(pre) * pre.clientWidth) / pre.scrollWidth) / 10;
  pre.style.fontSize = `${Math.max(size, LEAST_CODE)}px`;
  if (pre.scrollWidth > pre.clientWidth) pre.classList.add("wraps");
}

function narrow(element) {
  element.style.fontSize = "";
  let size = sizeOf(element);
  while (element.getBoundingClientRect().width > ROOM && size > LEAST_TEXT) {
    size = Math.max(size - 1, LEAST_TEXT);
    element.style.fontSize = `${size}px`;
  }
}

function enlargePictures(slide, alone) {
  const pictures = [...slide.querySelectorAll("img")].filter(
    (img) => !img.closest(".waits"),
  );
  if (!pictures.length) return true;
  for (const img of pictures) img.style.display = "none";
  const room = (HEIGHT - slide.offsetHeight) / pictures.length - 0.6 * sizeOf(slide);
  return pictures.every((img) => {
    img.style.display = "";
    const { width, height } = img.dataset;
    const own = Math.min(LARGEST_PICTURE, ROOM / width, OWN_HEIGHT / height);
    const zoom = Math.min(own, room / height);
    img.style.width = `${Math.floor(Math.max(zoom, 0.1) * width)}px`;
    return zoom >= Math.min(own, alone ? 0 : LEAST_PICTURE);
  });
}

// --- Going on on the next slide

function show(blocks, from, to) {
  blocks.forEach((b, i) => b.classList.toggle("waits", i < from || i >= to));
}

function belongTogether(before, after) {
  return HEADING.test(before.tagName) || (before.tagName === "P" && /:$/.test(before.textContent.trim()));
}

function bestBreak(slide, blocks) {
  let best = 0, least = Infinity;
  for (let k = 1; k < blocks.length; k++) {
    const [before, after] = [blocks[k - 1], blocks[k]];
    if (belongTogether(before, after)) continue;
    show(blocks, 0, k);
    if (!settle(slide)) break;
    const first = slide.offsetHeight / HEIGHT;
    show(blocks, k, blocks.length);
    const fits = settle(slide);
    const rest = slide.offsetHeight / HEIGHT;
    let cost = fits ? Math.abs(first - rest) / 2 : 2 - first;
    if (before.dataset.cell === after.dataset.cell) cost += 0.3;
    if (before.querySelector("img") || before.matches("img")) cost += 0.6;
    if (cost < least) [best, least] = [k, cost];
  }
  show(blocks, 0, blocks.length);
  return best;
}

const PIECES = {
  PRE: (pre) => pre.firstElementChild.innerHTML.split("\n"),
  TABLE: (table) => [...table.tBodies[0].rows],
  UL: (list) => [...list.children],
  OL: (list) => [...list.children],
  BLOCKQUOTE: (quote) => [...quote.children],
};

function take(block, pieces, from, to) {
  const some = pieces.slice(from, to);
  if (block.tagName === "PRE") block.firstElementChild.innerHTML = some.join("\n");
  else if (block.tagName === "TABLE") block.tBodies[0].replaceChildren(...some);
  else block.replaceChildren(...some);
}

// Cut the first block after the headings in two; the second part, or null.
function cut(slide, blocks) {
  const index = blocks.findIndex((b) => b.tagName in PIECES);
  if (index < 0) return null;
  const block = blocks[index], rest = block.cloneNode(true);
  const pieces = PIECES[block.tagName](block);
  show(blocks, 0, index + 1);
  let count = pieces.length;
  do take(block, pieces, 0, --count); while (count > 1 && !settle(slide));
  show(blocks, 0, blocks.length);
  if (count < 1 || pieces.length < 2) {
    take(block, pieces, 0, pieces.length);
    return null;
  }
  // Equal parts rather than a full one and a line.
  const parts = Math.ceil(pieces.length / count);
  count = Math.min(count, Math.ceil(pieces.length / parts));
  take(block, pieces, 0, count);
  take(rest, pieces.map((p) => (p.cloneNode ? p.cloneNode(true) : p)), count, pieces.length);
  if (block.tagName === "OL") rest.start = (block.start || 1) + count;
  block.after(rest);
  return rest;
}

function layOut(slide) {
  giveHead(slide);
  slide.classList.add("measured");
  const next = settle(slide) ? null : goOn(slide);
  if (next) settle(slide) || settle(slide, true);
  slide.classList.remove("measured");
  if (next) layOut(next);
}

function goOn(slide) {
  const blocks = content(slide);
  let index = bestBreak(slide, blocks);
  let rest = index ? blocks.slice(index) : [];
  if (!index && settle(slide, true)) return null; // one tall picture
  if (!index) {
    const part = cut(slide, blocks);
    if (!part) {
      slide.classList.add("scrolls");
      slide.tabIndex = 0;
      slide.insertAdjacentHTML("afterbegin", '<p class="more">Scroll for more.</p>');
      return null;
    }
    const all = content(slide);
    rest = all.slice(all.indexOf(part));
  }
  const next = document.createElement("section");
  next.append(...rest);
  slide.after(next);
  return next;
}

addEventListener("load", async () => {
  await document.fonts.load("28px Formulas"); // else formulas are measured without it
  const pictures = [...document.images];
  await Promise.all(pictures.map((img) => img.decode().catch(() => null)));
  for (const img of pictures) {
    // The player's pictures do not say at what size they are meant.
    img.dataset.width = img.getAttribute("width") || 0.72 * img.naturalWidth;
    img.dataset.height = (img.dataset.width * img.naturalHeight) / img.naturalWidth;
    img.removeAttribute("height");
  }
  const slides = [...document.querySelectorAll(".slides > section > section")];
  for (const slide of slides) {
    unwrap(slide);
    layOut(slide);
  }
  document.querySelector(".reveal").classList.remove("measuring");
  Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0, minScale: 0.1, maxScale: 4,
    center: false, hash: true, slideNumber: "c/t", transition: "none",
    pdfSeparateFragments: false, plugins: [RevealNotes],
  });
});
