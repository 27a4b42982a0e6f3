/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters, sorting and the theme.  The state stands in the address after "#?", so that a link and the back
   button bring it back; any other fragment is a place in the page. */
"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const text = (node) => (node ? node.textContent.trim() : "");
  const severities = ["error", "warning", "note"];

  /* Theme: that of the system until somebody chooses. */
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
  const form = $("form.filter");
  const fields = form ? ["q", "arch", "config", "family", "rule", "severity", "role"] : [];
  const rows = $$("#finding-table tbody tr").map((node) => {
    const [severity, rule, place] = node.cells;
    return {
      node, severity: text(severity), rule: text(rule), family: text(rule).split("/")[0],
      config: text($("a", place) || place), arch: node.dataset.arch.split(" "), role: node.dataset.role, words: null,
    };
  });
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
  const speaks = (row, state, searched) =>
    matches(row, state) && (!state.rule || row.rule === state.rule) &&
    (!state.family || row.family === state.family) && (!state.severity || row.severity === state.severity) &&
    searched.every((word) => words(row).includes(word));

  const filter = (state) => {
    const searched = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const hidden = !speaks(row, state, searched);
      if (row.node.hidden !== hidden) row.node.hidden = hidden;
      shown += !hidden;
    }
    for (const row of configs) row.node.hidden = !matches(row, state);
    $("output", form).textContent = shown === rows.length ? `${shown} findings` : `${shown} of ${rows.length} findings`;
  };

  /* Sorting: a header is a button; a second press turns the order round. */
  const first = new Map();
  const keys = {
    text: (cell) => text($("summary", cell) || cell).toLowerCase(),
    number: (cell) => Number(cell.dataset.value ?? text(cell)),
    severity: (cell) => severities.indexOf(text(cell)),
  };
  const sort = (table, column, order) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, number) => {
      if (number === column) head.setAttribute("aria-sort", order); else head.removeAttribute("aria-sort");
    });
    const body = table.tBodies[0];
    if (!first.has(table)) first.set(table, [...body.rows]);
    let sorted = first.get(table);
    if (column >= 0) {
      const key = keys[heads[column].dataset.sort];
      const sign = order === "descending" ? -1 : 1;
      sorted = sorted.map((row) => [key(row.cells[column]), row])
        .sort(([a], [b]) => sign * (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
      const sums = sorted.filter((row) => row.classList.contains("sum"));
      sorted = sorted.filter((row) => !row.classList.contains("sum")).concat(sums);
    }
    const fragment = document.createDocumentFragment();
    fragment.append(...sorted);
    body.append(fragment);
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
  const known = [...fields, "sort"];
  let current = {};
  const read = () => {
    const state = {};
    for (const [name, value] of new URLSearchParams(location.hash.slice(2))) {
      if (known.includes(name) && value) state[name] = value;
    }
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
    if (node.tagName === "TR") { const inner = $("details", node); if (inner) inner.open = true; }
  };
  const arrive = () => {
    if (!location.hash || location.hash.startsWith("#?")) { apply(read()); return; }
    const node = document.getElementById(location.hash.slice(1));
    if (!node) return;
    /* A link to a row that a filter hides shows all. */
    if (node.hidden) apply({ sort: current.sort });
    open(node);
    node.scrollIntoView();
  };
  window.addEventListener("hashchange", arrive);
  window.addEventListener("popstate", arrive);

  if (form) {
    const fill = (name, values) => {
      for (const value of values) form[name].add(new Option(value, value));
      if (values.length < 2) form[name].parentNode.hidden = true;
    };
    const distinct = (values) => [...new Set(values)].filter(Boolean).sort();
    fill("arch", distinct(rows.flatMap((row) => row.arch).concat(configs.flatMap((row) => row.arch))));
    fill("family", distinct(rows.map((row) => row.family)));
    fill("rule", distinct(rows.map((row) => row.rule)));
    fill("severity", severities.filter((word) => rows.some((row) => row.severity === word)));
    fill("role", distinct(rows.concat(configs).map((row) => row.role)));
    $("#config-names").append(...[...names].sort().map((name) => new Option(name)));
    form.hidden = false;
    let typed = "";
    const chosen = () => ({ ...Object.fromEntries(fields.map((name) => [name, form[name].value.trim()])), sort: current.sort });
    form.addEventListener("input", (event) => {
      /* One entry of the history for a word that is typed, not one for each letter. */
      const again = event.target.type === "search" && typed === event.target.name;
      typed = event.target.type === "search" ? event.target.name : "";
      go(chosen(), again);
    });
    form.addEventListener("focusout", () => { typed = ""; });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => { event.preventDefault(); go({ sort: current.sort }); });
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !form) return;
    const link = event.target.closest("a");
    if (!link) return;
    const cell = link.closest("table.map td");
    let state = null;
    if (cell) {
      const table = link.closest("table.map");
      const head = table.tHead.rows[0].cells[cell.cellIndex];
      state = { [table.dataset.row]: text(cell.parentNode.cells[0]), [table.dataset.across]: text(head) };
    } else if (link.dataset.severity) state = { severity: link.dataset.severity };
    if (!state) return;
    event.preventDefault();
    go({ ...state, sort: current.sort });
    $("#findings").scrollIntoView();
  });

  /* The grounds of a rule stand in the page once; an opened finding shows them where it is read. */
  document.addEventListener("toggle", (event) => {
    const place = event.target.open && $(":scope > .more > dl > .why", event.target);
    if (!place || $(".grounds", place)) return;
    const grounds = document.getElementById($("a", place).hash.slice(1))?.querySelector(".grounds");
    if (grounds) place.append(grounds.cloneNode(true));
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !form) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      form.q.focus();
      form.q.select();
    } else if (event.key === "Escape" && event.target === form.q) form.q.blur();
  });

  apply({});
  arrive();
  /* Whoever follows a link to some findings wants to see them. */
  if (fields.some((name) => current[name])) $("#findings").scrollIntoView();
})();
