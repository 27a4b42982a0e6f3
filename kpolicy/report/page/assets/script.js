/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters, sorting and the theme.  The state is in the address after "#?", so that a link and the back
   button restore it; any other fragment is a place in the page. */
"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const text = (node) => (node ? node.textContent.trim() : "");
  const severities = ["error", "warning", "note"];
  const written = (count) => count.toLocaleString("en");

  /* Theme: that of the system until a reader chooses. */
  const themes = ["auto", "light", "dark"];
  const button = $("#theme");
  const stored = () => { try { return localStorage.getItem("kpolicy-theme"); } catch { return null; } };
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  let theme = themes.includes(stored()) ? stored() : "auto";
  show(theme);
  button.parentNode.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    show(theme);
    try { localStorage.setItem("kpolicy-theme", theme); } catch { /* a page from a file may have no storage */ }
  });

  /* What is filtered: the findings, and with them the configs. */
  const form = $("#filter");
  const fields = form ? ["q", "arch", "config", "family", "rule", "severity", "role", "order"] : [];
  const parts = $$(".part");
  const lists = parts.flatMap((part) => $$(".findings", part)).map((node) => ({
    node, size: node.children.length, shown: node.children.length,
  }));
  const rows = parts.flatMap((part) => $$(".findings > li", part).map((node, place) => {
    const [severity, at, , rule] = node.firstElementChild.firstElementChild.children;
    return {
      node, place, part: part.dataset.part, severity: text(severity), rule: text(rule), family: text(rule).split("/")[0],
      config: text(at.firstElementChild), at, arch: node.dataset.arch.split(" "), role: node.dataset.role ?? "",
      hidden: false, words: null,
    };
  }));
  const configs = $$("#config-table tbody tr").map((node) => ({
    node, config: text($("summary", node)), arch: [node.dataset.arch], role: node.dataset.role,
  }));
  const words = (row) => (row.words ??= row.node.textContent.toLowerCase());

  const names = new Set(rows.concat(configs).map((row) => row.config));
  /* A whole name stands for that config alone, a part of one for all that have it. */
  const isNamed = (name, wanted) => (names.has(wanted) ? name === wanted : name.includes(wanted));
  const matches = (row, state) =>
    (!state.arch || row.arch.includes(state.arch)) && (!state.role || row.role === state.role) &&
    (!state.config || isNamed(row.config, state.config));
  const fits = (row, state, searched) =>
    matches(row, state) && (!state.rule || row.rule === state.rule) &&
    (!state.family || row.family === state.family) && (!state.severity || row.severity === state.severity) &&
    searched.every((word) => words(row).includes(word));

  const switches = $$(".switch a");
  const filter = (state) => {
    const searched = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    const found = Object.fromEntries(parts.map((part) => [part.dataset.part, 0]));
    for (const row of rows) {
      const fit = fits(row, state, searched);
      found[row.part] += fit;
      const hidden = !fit || Boolean(state.part && row.part !== state.part);
      if (row.hidden !== hidden) row.node.hidden = row.hidden = hidden;
    }
    /* A list that is not laid out takes the room of the rows that it shows. */
    const counts = new Map(lists.map((list) => [list.node, 0]));
    for (const row of rows) if (!row.hidden) counts.set(row.node.parentNode, counts.get(row.node.parentNode) + 1);
    for (const list of lists) {
      const shown = counts.get(list.node);
      if (shown === list.shown) continue;
      list.shown = shown;
      list.node.hidden = !shown;
      list.node.style.setProperty("--rows", shown);
    }
    for (const part of parts) {
      part.hidden = !found[part.dataset.part] || Boolean(state.part && part.dataset.part !== state.part);
    }
    const all = Object.values(found).reduce((sum, count) => sum + count, 0);
    for (const link of switches) {
      const part = link.dataset.part;
      $("span", link).textContent = written(part ? found[part] : all);
      if (part === (state.part || "")) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    for (const row of configs) row.node.hidden = !matches(row, state);
    const shown = state.part ? found[state.part] ?? 0 : all;
    $("output").textContent = shown < rows.length ? `${written(shown)} of ${written(rows.length)}`
      : `${written(shown)} ${shown === 1 ? "finding" : "findings"}`;
    $(".told button").hidden = shown === rows.length;
    for (const { node, rule, across } of cells) node.classList.toggle("on", rule === state.rule && across === state[side]);
  };

  /* The order of the list, in each of its parts. */
  const collator = new Intl.Collator("en", { numeric: true });
  const orders = {
    rule: (a, b) => collator.compare(a.rule, b.rule) || a.place - b.place,
    location: (a, b) => collator.compare(text(a.at), text(b.at)) || a.place - b.place,
  };
  let ordered = "";
  const arrange = (order) => {
    if (order === ordered) return;
    ordered = order;
    for (const part of parts) {
      const members = rows.filter((row) => row.part === part.dataset.part).sort(orders[order] ?? ((a, b) => a.place - b.place));
      for (const { node, size } of lists.filter((list) => part.contains(list.node))) {
        node.append(...members.splice(0, size).map((row) => row.node));
      }
    }
  };

  /* The cells of the map, and what each stands for. */
  const map = $("table.map");
  const side = map?.dataset.across;
  const heads = map ? [...map.tHead.rows[0].cells].map(text) : [];
  const cells = map ? $$("tbody td", map).filter((cell) => cell.firstElementChild).map((node) => ({
    node, rule: text(node.parentNode.cells[0]), across: heads[node.cellIndex],
  })) : [];
  /* What a link asks for: a cell or a head of the map, or what its data say. */
  const wanted = (link) => {
    const cell = link.closest("table.map :is(td, th)");
    if (cell?.tagName === "TD") return { rule: text(cell.parentNode.cells[0]), [side]: heads[cell.cellIndex] };
    if (cell) return cell.scope === "row" ? { rule: text(cell) } : { [side]: text(cell) };
    const { part, severity, rule, arch, config } = link.dataset;
    if (part !== undefined) return { ...current, part };
    const state = { severity, rule, arch, config };
    return Object.values(state).some(Boolean) ? state : null;
  };

  /* Sorting of tables: a header is a button; a second press reverses the order. */
  const first = new Map();
  const keys = {
    text: (cell) => text($("summary", cell) || cell).toLowerCase(),
    number: (cell) => Number(cell.dataset.value ?? text(cell)),
    severity: (cell) => severities.indexOf(text(cell)),
  };
  const sort = (table, column, order) => {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((head, number) => {
      if (number === column) head.setAttribute("aria-sort", order); else head.removeAttribute("aria-sort");
    });
    const body = table.tBodies[0];
    if (!first.has(table)) first.set(table, [...body.rows]);
    let sorted = first.get(table);
    if (column >= 0) {
      const key = keys[headers[column].dataset.sort];
      const sign = order === "descending" ? -1 : 1;
      sorted = sorted.map((row) => [key(row.cells[column]), row])
        .sort(([a], [b]) => sign * (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
      const sums = sorted.filter((row) => row.classList.contains("sum"));
      sorted = sorted.filter((row) => !row.classList.contains("sum")).concat(sums);
    }
    body.append(...sorted);
  };
  const tables = $$("table").filter((table) => table.id && $("[data-sort]", table));
  for (const table of tables) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (!head.dataset.sort) return;
      const press = document.createElement("button");
      press.type = "button";
      press.append(...head.childNodes);
      head.append(press);
      press.addEventListener("click", () => {
        const usual = head.dataset.sort === "number" ? "descending" : "ascending";
        const other = usual === "ascending" ? "descending" : "ascending";
        const order = head.getAttribute("aria-sort") === usual ? other : usual;
        go({ ...current, sort: `${table.id}.${column}.${order}` });
      });
    });
  }

  /* State and address. */
  const known = [...fields, "part", "sort"];
  let current = {};
  const read = () => {
    const state = {};
    for (const [name, value] of new URLSearchParams(location.hash.slice(2))) {
      if (known.includes(name) && value) state[name] = value;
    }
    if (!parts.some((part) => part.dataset.part === state.part)) delete state.part;
    return state;
  };
  const address = (state) => {
    const query = new URLSearchParams(known.filter((name) => state[name]).map((name) => [name, state[name]]));
    return `#?${query}`;
  };
  let sortedBy = "";
  const apply = (state) => {
    current = state;
    if (form) {
      for (const name of fields) if (form[name].value !== (state[name] || "")) form[name].value = state[name] || "";
      arrange(state.order || "");
      filter(state);
    }
    if ((state.sort || "") === sortedBy) return;
    const [before] = sortedBy.split(".");
    const [id, column, order] = (state.sort || "").split(".");
    for (const table of tables) {
      if (table.id === id) {
        const number = Number(column);
        const head = table.tHead.rows[0].cells[number];
        if (head?.dataset.sort) sort(table, number, order === "descending" ? "descending" : "ascending");
      } else if (table.id === before) sort(table, -1, "");
    }
    sortedBy = state.sort || "";
  };
  const go = (state, replace = false) => {
    const target = address(state);
    if (target !== location.hash) history[replace ? "replaceState" : "pushState"](null, "", target);
    apply(state);
  };
  const open = (node) => {
    for (let at = node; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const inner = node.matches("tr, .findings > li") && $("details", node);
    if (inner) inner.open = true;
  };
  const arrive = () => {
    if (!location.hash || location.hash.startsWith("#?")) { apply(read()); return; }
    const node = document.getElementById(location.hash.slice(1));
    if (!node) return;
    /* A link to something that a filter hides shows all. */
    if (node.closest("[hidden]")) apply({ sort: current.sort, order: current.order });
    open(node);
    node.scrollIntoView();
  };
  window.addEventListener("hashchange", arrive);
  window.addEventListener("popstate", arrive);
  /* A list that has become shorter is read from its start. */
  const toStart = () => { if (parts.length && $("#findings").getBoundingClientRect().top < 0) $("#findings").scrollIntoView(); };

  if (form) {
    const fill = (name, values) => {
      for (const value of values) form[name].add(new Option(value, value));
      if (values.length < 2) form[name].parentNode.hidden = true;
    };
    const distinct = (values) => [...new Set(values)].filter(Boolean).sort();
    fill("arch", distinct(rows.concat(configs).flatMap((row) => row.arch)));
    fill("family", distinct(rows.map((row) => row.family)));
    fill("rule", distinct(rows.map((row) => row.rule)));
    fill("severity", severities.filter((word) => rows.some((row) => row.severity === word)));
    fill("role", distinct(rows.concat(configs).map((row) => row.role)));
    $("#config-names").append(...[...names].sort().map((name) => new Option(name)));
    for (const node of [form, ...$$(".scripted, .keys")]) node.hidden = false;
    const unfold = $(".unfold");
    unfold.addEventListener("click", () => {
      unfold.setAttribute("aria-expanded", String(unfold.getAttribute("aria-expanded") === "false"));
    });
    let typed = "";
    const chosen = () => ({ ...current, ...Object.fromEntries(fields.map((name) => [name, form[name].value.trim()])) });
    form.addEventListener("input", (event) => {
      /* One entry of the history for a word that is typed, not one for each letter. */
      const again = event.target.type === "search" && typed === event.target.name;
      typed = event.target.type === "search" ? event.target.name : "";
      go(chosen(), again);
      toStart();
    });
    form.addEventListener("focusout", () => { typed = ""; });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => { event.preventDefault(); go({ sort: current.sort, order: current.order }); });
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !form) return;
    const link = event.target.closest("a");
    const state = link && wanted(link);
    if (!state) return;
    event.preventDefault();
    go({ ...state, sort: current.sort, order: current.order });
    if (link.dataset.part === undefined) $("#findings").scrollIntoView(); else toStart();
  });

  /* The grounds of a rule are in the page once; an opened finding shows them where it is read. */
  document.addEventListener("toggle", (event) => {
    const more = event.target.open && $(":scope > .more", event.target);
    if (!more || $(".grounds", more)) return;
    const rule = document.getElementById($(".why", more).hash.slice(1));
    const grounds = rule && $(".grounds", rule);
    if (!grounds?.textContent.trim()) return;
    const copy = grounds.cloneNode(true);
    const title = document.createElement("p");
    title.append(Object.assign(document.createElement("strong"), { textContent: text($("summary .quiet", rule)) }));
    copy.prepend(title);
    more.append(copy);
  }, true);

  const typing = (event) => event.target.matches("input, select, textarea");
  const step = (way) => {
    const seen = rows.filter((row) => !row.hidden);
    /* The list may be in another order than it was read in. */
    if (ordered) seen.sort((a, b) => (a.node.compareDocumentPosition(b.node) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    const at = seen.findIndex((row) => row.node.contains(document.activeElement));
    const next = seen[at < 0 ? 0 : at + way];
    if (next) $("summary", next.node).focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !form) return;
    if (event.key === "Escape" && event.target === form.q) form.q.blur();
    if (typing(event)) return;
    if (event.key === "/") {
      event.preventDefault();
      form.q.focus();
      form.q.select();
    } else if (event.key === "j") step(1); else if (event.key === "k") step(-1);
  });

  apply({});
  arrive();
  /* A link to some findings leads to the list. */
  if ([...fields, "part"].some((name) => current[name])) $("#findings").scrollIntoView();
})();
