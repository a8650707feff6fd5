"use strict";
(() => {
  // Seconds that a request for new entries of the log waits.
  const WAIT = 20;
  const REGIONS = ["status", "requests", "faults", "sessions", "sign-ins"];
  const byId = (id) => document.getElementById(id);
  const announce = (text) => { byId("announcement").textContent = text; };

  // Replaces rows that differ. The others keep their focus and their open details.
  const update = (current, next) => {
    const known = new Map([...current.children].map((row) => [row.id, row]));
    const rows = [...next.children].map((row) => {
      const old = known.get(row.id);
      return old && row.id && old.dataset.version === row.dataset.version ? old : document.adoptNode(row);
    });
    for (const row of [...current.children]) if (!rows.includes(row)) row.remove();
    rows.forEach((row, index) => {
      if (current.children[index] !== row) current.insertBefore(row, current.children[index] ?? null);
    });
    Object.assign(current.dataset, next.dataset);
  };

  const refresh = async () => {
    const response = await fetch("./");
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of REGIONS) update(byId(id), page.getElementById(id));
  };

  const call = async (method, path, body) => {
    try {
      const headers = { "content-type": "application/json" };
      const response = await fetch(path, { method, headers, body });
      const text = await response.json();
      announce(response.ok ? "Done." : text.error);
      await refresh();
    } catch {
      announce("The emulator does not respond.");
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-path]");
    if (button) call(button.dataset.method ?? "POST", button.dataset.path, button.dataset.body);
  });

  const form = byId("fault-form");
  const showFields = () => {
    for (const label of form.querySelectorAll("[data-faults]")) {
      label.hidden = !label.dataset.faults.split(" ").includes(form.elements.fault.value);
    }
  };
  form.elements.fault.addEventListener("change", showFields);
  showFields();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fault = {};
    for (const field of form.elements) {
      if (!field.name || field.value === "" || field.closest("[hidden]")) continue;
      fault[field.name] = field.type === "number" ? Number(field.value) : field.value;
    }
    call("POST", "v1/faults", JSON.stringify(fault));
  });

  const watch = async () => {
    for (;;) {
      try {
        const last = byId("requests").dataset.last;
        const response = await fetch(`v1/requests?after=${last}&wait=${WAIT}`);
        if (!response.ok) throw new Error(response.statusText);
        const entries = (await response.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
        await refresh();
        const entry = entries.at(-1);
        if (entry) announce(`${entry.operation}: ${entry.status}${entry.error ? `, ${entry.error}` : ""}`);
      } catch {
        announce("The emulator does not respond.");
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  };

  document.documentElement.classList.add("scripted");
  watch();
})();
