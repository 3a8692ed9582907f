"use strict";
(() => {
  const card = document.getElementById("card");
  const rows = new Map();
  for (const row of document.querySelectorAll(".index tbody tr")) rows.set(row.dataset.id, row);
  let from = null;

  const line = (name, words) => {
    if (!words) return;
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = words;
    card.lastElementChild.append(dt, dd);
  };

  const close = () => {
    card.hidden = true;
    if (from) from.classList.remove("on");
    from = null;
  };

  const open = (number) => {
    const row = rows.get(number.dataset.id);
    if (!row) return;
    close();
    from = number;
    number.classList.add("on");
    const [head, value, limits, n, method] = row.children;
    const [population, notes] = method.querySelectorAll(".note");
    const title = document.createElement("p");
    title.textContent = head.querySelector(".note").textContent;
    card.replaceChildren(title, document.createElement("dl"));
    line("Value", value.textContent);
    line("Interval", limits.textContent);
    line("Subjects", n.textContent);
    line("Population", population.textContent);
    line("Method", method.firstChild.textContent);
    line("Notes", notes ? notes.textContent : "");
    line("Id", number.dataset.id);
    line("Trace", 'onearm trace DIR "' + number.dataset.id + '"');
    card.hidden = false;
    const at = number.getBoundingClientRect();
    const left = Math.min(at.left, document.documentElement.clientWidth - card.offsetWidth - 12);
    const below = at.bottom + 6 + card.offsetHeight < window.innerHeight;
    card.style.left = Math.max(12, left) + "px";
    card.style.top = Math.max(12, below ? at.bottom + 6 : at.top - card.offsetHeight - 6) + "px";
  };

  document.documentElement.classList.add("live");
  document.addEventListener("click", (event) => {
    const number = event.target.closest(".n");
    if (number && number !== from) open(number);
    else if (!card.contains(event.target)) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  window.addEventListener("scroll", close, { passive: true });
})();
