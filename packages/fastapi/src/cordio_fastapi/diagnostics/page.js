"use strict";
(() => {
  const EVERY = 2000;
  const byId = (id) => document.getElementById(id);
  const pause = byId("pause");

  // How many events a second came since the page was last looked at; the server tells the mean since its start.
  const rates = (old, fresh) => {
    const passed = fresh.dataset.uptime - old.dataset.uptime;
    if (!(passed > 0)) return;
    const before = new Map(
      [...old.querySelectorAll("tr[data-event]")].map((row) => [row.dataset.event, row.dataset.count]),
    );
    for (const row of fresh.querySelectorAll("tr[data-event]")) {
      const more = row.dataset.count - (before.get(row.dataset.event) ?? 0);
      row.querySelector(".now").textContent = (Math.max(more, 0) / passed).toFixed(2);
    }
  };

  const refresh = async () => {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`the service answers ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    rates(byId("live"), fresh);
    byId("live").replaceWith(document.adoptNode(fresh));
    document.body.dataset.refreshed = Number(document.body.dataset.refreshed ?? 0) + 1;
    return `refreshed at ${new Date().toLocaleTimeString()}`;
  };

  const look = async () => {
    if (!document.hidden && !pause.checked) {
      byId("refreshed").textContent = await refresh().catch((error) => `not refreshed: ${error.message}`);
    }
    setTimeout(look, EVERY);
  };

  setTimeout(look, EVERY);
})();
