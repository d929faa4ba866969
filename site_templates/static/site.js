/* Progressive only: the pages are complete without it. Each part starts alone and may fail alone:
   storage may be refused, statuses.json may not answer, the page may be older or newer than this. */
(function () {
  "use strict";
  const LABELS = {
    none: "Operational", minor: "Degraded", major: "Partial outage",
    critical: "Major outage", maintenance: "Maintenance", unknown: "Unknown",
  };
  const ANSWERS = { yes: "Yes", partly: "Partly", no: "No", maintenance: "Maintenance", unknown: "Unknown" };
  const LEVELS = Object.keys(LABELS);
  const HEAVY = ["critical", "major", "minor"];
  const ORDER = [...HEAVY, "maintenance", "unknown", "none"];
  const STALE = 45 * 60, DEAD = 3 * 3600, REFRESH = 5 * 60, PATIENCE = 10000;
  const page = document.documentElement;
  const root = page.dataset.root || "./";
  /* When what the page shows was checked, and what statuses.json told last: the two may differ. */
  let checked = Number(page.dataset.checked) || 0;
  let heard = checked, since = performance.now(), told;
  let asked = 0;

  const $ = (selector, from) => (from || document).querySelector(selector);
  const all = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  /* A clock that is behind what was heard is wrong, and would let nothing grow old. */
  const now = () => Math.max(Date.now() / 1000, heard + (performance.now() - since) / 1000);
  const seconds = (iso) => Date.parse(iso) / 1000;
  const services = (count) => count + (count === 1 ? " service" : " services");
  const trouble = (level) => HEAVY.includes(level);
  const levelOf = (node) => LEVELS.find((name) => node.classList.contains(name));

  function make(tag, values, ...inside) {
    const node = Object.assign(document.createElement(tag), values);
    node.append(...inside);
    return node;
  }

  /* What a reader selected stays where the words stay. */
  function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  const store = {
    get(key) { try { return localStorage.getItem("whosdown:" + key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem("whosdown:" + key, value); } catch { /* kept for this page only */ } },
  };

  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const use = document.createElementNS(space, "use");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#i-" + name);
    svg.append(use);
    return svg;
  }

  function span(length) {
    const minutes = Math.floor(length / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (minutes < 60) return minutes + " min";
    if (hours < 24) return hours + " h" + (minutes % 60 ? " " + (minutes % 60) + " min" : "");
    return days + " d" + (hours % 24 && days < 7 ? " " + (hours % 24) + " h" : "");
  }

  /* Ages, and no state shown as current past its time. On paper an age has no meaning. */

  const clock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  const utc = (time) => clock.format(seconds(time.dateTime) * 1000) + " UTC";

  function dated() {
    for (const time of all("time.ago")) write(time, utc(time));
  }

  function ages() {
    for (const time of all("time.ago")) {
      const age = now() - seconds(time.dateTime);
      if (!(age >= 0)) continue;
      time.title = utc(time);
      write(time, age < 60 ? "just now" : span(age) + " ago");
    }
  }

  function show(node, level, word, until) {
    node.classList.remove("expired", ...LEVELS);
    node.classList.add(level);
    if (level !== "none") node.classList.remove("sure");
    for (const use of all("use", node)) if (!use.closest("button")) use.setAttribute("href", "#i-" + level);
    for (const one of all(".w", node)) write(one, word);
    if (level === "unknown") node.removeAttribute("data-until");
    else node.dataset.until = until;
  }

  function expire() {
    const old = all("[data-until]").filter((one) => now() > Number(one.dataset.until));
    for (const one of old) {
      show(one, "unknown", "Unknown");
      one.classList.add("expired");
      if (one.id === "answer") face("unknown", "Unknown");
    }
    if (old.some((one) => one.matches(".row"))) { whole(); filter(); }
    /* The answer and the rows may be newer than the rest, and speak for themselves. */
    if (!newer() && checked && now() > checked + DEAD) face("unknown");
  }

  function sentence(level, text) {
    const head = $(".overall");
    show(head, level, "");
    head.removeAttribute("data-until");
    write($("span", head), text);
    face(level);
    document.title = text + document.title.slice(document.title.lastIndexOf(" · "));
  }

  function face(level, word) {
    const link = $("link[rel=icon]");
    const place = root + "icons/" + level + ".svg";
    if (link && link.getAttribute("href") !== place) link.setAttribute("href", place);
    if (word) document.title = document.title.replace(/\? [A-Z]\w*/, "? " + word);
  }

  const newer = () => heard > checked && $("#answer, .row[data-id]");

  function warn() {
    const age = now() - checked;
    let banner = $(".stale");
    /* What is over, or was never checked, carries no clock. */
    if (!checked || age < STALE) return banner && banner.remove();
    const text = (newer() ? "Parts of this page are " : "These results are ") + span(age) + " old.";
    if (!banner) {
      banner = make("p", { className: "stale" });
      banner.setAttribute("role", "status");
      $("#main").append(banner);
    }
    write(banner, text);
  }

  function tick() {
    expire();
    ages();
    warn();
  }

  async function refresh() {
    if (document.hidden && !watched().size) return;
    if (Math.abs(now() - asked) < 60) return; /* a clock may be set right by hours */
    asked = now();
    const reply = await fetch(root + "statuses.json", { cache: "no-cache" });
    if (!reply.ok) return;
    const statuses = await reply.json();
    if (!(seconds(statuses.fetchedAt) > heard)) return;
    const changed = apply(statuses);
    /* A phone may grant notifications and still refuse to show one. */
    start(() => mark(changed));
    if (checked || changed.length) await renew().catch(() => { /* it keeps its age */ });
    if (checked >= heard) return;
    apply(told);
    if (changed.length) offer();
  }

  function hear(at) {
    if (at > heard) [heard, since] = [at, performance.now()];
  }

  function apply(statuses) {
    const at = seconds(statuses.fetchedAt);
    const changed = statuses.services.filter((one) => update(one, at));
    told = statuses;
    hear(at);
    whole();
    filter();
    tick();
    return changed;
  }

  function update(one, at) {
    const level = LABELS[one.indicator] ? one.indicator : "unknown";
    const until = Math.min(at + DEAD, seconds(one.validUntil) || 0);
    const row = $('.row[data-id="' + one.id + '"]'), answer = $('#answer[data-id="' + one.id + '"]');
    let before = "";
    for (const node of [row, answer]) {
      if (!node) continue;
      const said = $("p bdi, .lead bdi", node), time = $("time.ago", node);
      before = levelOf(node) + (said ? said.textContent : "");
      show(node, level, node === row ? LABELS[level] : ANSWERS[one.verdict.answer] || "Unknown", until);
      if (said) write(said, one.verdict.headline || one.description);
      if (time && one.checkedAt) time.dateTime = one.checkedAt;
    }
    if (!before) return false;
    if (answer) {
      face(level, $(".w", answer).textContent);
      answer.dataset.who = one.verdict.who;
    }
    const fresh = before !== level + (one.verdict.headline || one.description);
    if (answer && fresh) for (const who of all(".who", answer)) who.remove();
    return fresh;
  }

  /* The answer for everything, from the rows. That they are too old is the answer only where none is known. */

  function whole() {
    const rows = all(".row[data-id]"), old = all(".row.expired").length;
    if (!rows.length || !$(".overall")) return;
    const levels = rows.map(levelOf);
    const count = (level) => levels.filter((one) => one === level).length;
    const bad = levels.filter(trouble).length, dark = count("unknown"), total = rows.length;
    const worst = ORDER.find(count);
    if (bad) sentence(worst, bad + " of " + services(total) + " " + (bad === 1 ? "has" : "have") + " trouble");
    else if (dark === total) sentence("unknown", old ? "Unknown: the results of " + old + " of " + services(total) + " are too old" : "We cannot tell: none of " + services(total) + " could be read");
    else if (dark) sentence("unknown", "No trouble at the " + services(total - dark) + " that we can read");
    else sentence(worst, worst !== "none" ? "No trouble at " + services(total) : total > 1 ? "All " + total + " services are operational" : "The one service is operational");
    for (const one of all(".sum, .bars.all")) one.remove();
    const tally = $(".tally");
    if (tally) tally.replaceChildren(...ORDER.filter(count).map((level) =>
      make("li", { className: level }, icon(level), make("b", { textContent: count(level) }), " " + LABELS[level])));
  }

  function mark(changed) {
    const mine = changed.filter((one) => watched().has(one.id));
    if (!document.hidden || !mine.length) return;
    document.title = "● " + document.title.replace(/^● /, "");
    if (window.Notification && Notification.permission === "granted")
      for (const one of mine) new Notification(one.name + ": " + LABELS[one.indicator], { body: one.description, tag: one.id });
  }

  function offer() {
    const place = $("#answer") || $(".hero");
    if (!place || $(".news")) return;
    const link = make("a", { href: location.href, textContent: "Load the whole page again" });
    link.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
    place.append(make("p", { className: "news" }, "This has changed since the page was loaded. ", link));
  }

  /* The page as it is served now, around what holds a reader's words or results: that is not even moved. */

  const KEPT = "#find, #hits, #check, .badges";

  /* What a reader selected would be lost with the words: they stay until it is let go. */
  let due = false, calm;
  const held = () => (due = !getSelection().isCollapsed);
  const again = () => renew().then(() => checked < heard && apply(told)).catch(() => { /* as in refresh */ });

  document.addEventListener("selectionchange", () => {
    clearTimeout(calm);
    if (due) calm = setTimeout(() => held() || again(), 1000);
  });

  async function renew() {
    if (held()) return;
    const reply = await fetch(location.pathname, { cache: "no-cache" });
    if (!reply.ok) return;
    const served = new DOMParser().parseFromString(await reply.text(), "text/html");
    if (held()) return;
    const fresh = $("html[data-root] #main", served), at = Number(served.documentElement.dataset.checked) || 0;
    /* A page without a clock tells of what is over by now. */
    if (!fresh || (at && !(at > checked))) return;
    checked = at;
    hear(at);
    const restore = places();
    around($("#main"), fresh);
    around($("footer"), $("footer", served));
    document.title = (document.title.startsWith("● ") ? "● " : "") + served.title;
    $("link[rel=icon]").setAttribute("href", $("link[rel=icon]", served).getAttribute("href"));
    [starring, days, watching, locals, filter, tick].forEach(start);
    restore();
  }

  function around(old, fresh) {
    const holds = (node) => node.nodeType === 1 && (node.matches(KEPT) || $(KEPT, node));
    for (const node of [...old.childNodes]) if (!holds(node)) node.remove();
    let next = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      if (!next || !holds(node)) { old.insertBefore(node, next); continue; }
      if (!next.matches(KEPT)) around(next, node);
      next = next.nextSibling;
    }
  }

  /* Opens, focuses and scrolls what is there again under the same name. */

  function places() {
    const top = (one) => one.offsetParent ? one.getBoundingClientRect().top : -1;
    const held = [...handles()].map(([key, one]) => [key, one, one.scrollLeft, top(one)]);
    const focused = document.activeElement, scrolled = scrollY;
    return () => {
      const found = handles();
      const left = held.filter(([key]) => found.has(key));
      for (const [key, one, across] of left) {
        const again = found.get(key);
        if (one.open) again.open = true;
        if (across) again.scrollLeft = across;
        if (one === focused && again !== one) again.focus({ preventScroll: true });
      }
      const seen = left.find(([, , , y]) => y >= 0);
      if (scrolled && seen && top(found.get(seen[0])) !== -1) scrollBy({ top: top(found.get(seen[0])) - seen[3], behavior: "instant" });
    };
  }

  function handles() {
    const found = new Map();
    for (const one of all("#main :is(a, button, details, summary, [tabindex])")) {
      const part = one.closest("[aria-labelledby]");
      let key = [one.tagName, part && part.getAttribute("aria-labelledby"), one.getAttribute("href"), one.getAttribute("aria-label")].join();
      while (found.has(key)) key += "+";
      found.set(key, one);
    }
    return found;
  }

  /* Stars, and the feeds of what is starred. */

  const kept = () => (store.get("stars") || "").split(",").filter(Boolean);
  const stars = new Set(kept());
  const tab = new Set();
  const watched = () => new Set([...stars, ...tab]);

  /* Another tab may have changed them; without storage they are this page's. */
  function recall() {
    if (store.get("stars") === null) return;
    stars.clear();
    for (const id of kept()) stars.add(id);
    for (const one of all(".star")) one.setAttribute("aria-pressed", stars.has(one.dataset.star));
    lift();
    filter();
  }

  function star(id, name) {
    const button = make("button", { type: "button", className: "star" }, icon("star"));
    const paint = () => button.setAttribute("aria-pressed", stars.has(id));
    button.dataset.star = id;
    button.setAttribute("aria-label", "Star " + name);
    button.addEventListener("click", () => {
      const seen = () => all(".row:not([hidden]) .star"), place = seen().indexOf(button);
      if (!stars.delete(id)) stars.add(id);
      store.set("stars", [...stars].join(","));
      paint();
      lift();
      filter();
      /* Among stars alone the row is gone: the next one takes its place. */
      (button.closest("[hidden]") ? seen()[place] || seen().pop() || $("#hits button") : button).focus();
    });
    paint();
    return button;
  }

  function starring() {
    all(".rows .row").forEach((row, place) => {
      row.dataset.place = place;
      row.home = row.parentNode;
      row.append(star(row.dataset.id, $("a", row).textContent));
    });
    const line = $(".ask-line"), answer = $("#answer");
    if (line && answer) line.append(star(answer.dataset.id, $("h1 bdi").textContent));
    lift();
  }

  function lift() {
    const list = $("#list");
    if (!list) return;
    let top = $("#starred");
    if (!top) {
      const opml = make("a", { id: "opml", textContent: "their feeds as OPML", download: "feeds.opml" });
      top = make("section", { id: "starred" },
        make("h2", { textContent: "Starred " }, make("span", { className: "n" }, opml)), make("ul", { className: "rows" }));
      list.prepend(top);
    }
    const lifted = $("ul", top);
    for (const row of all(".row", list)) {
      const home = stars.has(row.dataset.id) ? lifted : row.home;
      if (!home || row.parentNode === home) continue;
      const next = all(".row", home).find((other) => Number(other.dataset.place) > Number(row.dataset.place));
      home.insertBefore(row, next || null);
    }
    top.hidden = !lifted.children.length;
    $("#opml").href = URL.createObjectURL(new Blob([opml(all(".row", lifted))], { type: "text/x-opml" }));
  }

  function opml(rows) {
    const escape = (text) => text.replace(/[&<>"]/g, (one) => "&#" + one.charCodeAt(0) + ";");
    const lines = rows.map((row) => {
      const home = $("a", row), name = escape(home.textContent);
      return '<outline type="rss" text="' + name + '" title="' + name + '" htmlUrl="' + escape(home.href) +
        '" xmlUrl="' + escape(home.href) + 'feed.rss"/>';
    });
    return '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><head><title>Starred services</title></head><body>\n' +
      lines.join("\n") + "\n</body></opml>\n";
  }

  function watching() {
    const answer = $("#answer"), button = $("#watch button");
    if (!answer || !button) return;
    button.setAttribute("aria-pressed", tab.has(answer.dataset.id));
    button.addEventListener("click", () => {
      const on = !tab.delete(answer.dataset.id);
      if (on) tab.add(answer.dataset.id);
      button.setAttribute("aria-pressed", on);
      if (on && window.Notification && Notification.permission === "default") Notification.requestPermission();
    });
  }

  const shown = { q: "", show: "", cat: "", only: "" };

  function finding() {
    const box = $("#q");
    if (!box) return;
    const given = new URLSearchParams(location.search);
    for (const key of Object.keys(shown)) shown[key] = given.get(key) || "";
    box.value = shown.q;
    $("#cat").value = shown.cat;
    if ($("#cat").value !== shown.cat) $("#cat").value = shown.cat = "";
    box.addEventListener("input", () => choose("q", box.value));
    $("#cat").addEventListener("change", () => choose("cat", $("#cat").value));
    for (const button of all("[data-show]")) button.addEventListener("click", () => choose("show", button.dataset.show));
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) { event.preventDefault(); box.focus(); }
      if (event.key === "Escape" && event.target === box) { box.value = ""; choose("q", ""); }
    });
    filter();
  }

  function choose(key, value) {
    shown[key] = value;
    filter();
    const query = new URLSearchParams(Object.entries(shown).filter(([, one]) => one)).toString();
    try { history.replaceState(null, "", query ? "?" + query : location.pathname); } catch { /* a file has no history */ }
  }

  function wanted(row) {
    const words = (row.textContent + " " + row.dataset.id + " " + (row.dataset.also || "")).toLowerCase();
    const home = row.home ? row.home.closest("section").getAttribute("aria-labelledby") : "";
    const only = shown.only.toLowerCase().split(",").map((id) => id.trim()).filter(Boolean);
    if (only.length && !only.includes(row.dataset.id)) return false;
    if (shown.cat && shown.cat !== home) return false;
    if (shown.show === "trouble" && !trouble(levelOf(row))) return false;
    if (shown.show === "unknown" && levelOf(row) !== "unknown") return false;
    if (shown.show === "starred" && !stars.has(row.dataset.id)) return false;
    return shown.q.toLowerCase().split(/\s+/).every((word) => words.includes(word));
  }

  function nothing() {
    const name = shown.q.trim();
    if (shown.show === "starred" && !stars.size) return "No stars yet: press ☆ beside a service. ";
    return name && !shown.show && !shown.cat && !shown.only ? "No service called “" + name + "”. " : "";
  }

  function filter() {
    const rows = all("#list .row"), status = $("#hits");
    if (!rows.length || !status) return;
    const narrowed = Object.values(shown).some(Boolean);
    for (const row of rows) row.hidden = narrowed && !wanted(row);
    for (const section of all("#list section")) section.hidden = !$(".row:not([hidden])", section);
    for (const button of all("[data-show]")) button.setAttribute("aria-pressed", button.dataset.show === shown.show);
    const left = rows.filter((row) => !row.hidden).length;
    status.hidden = !narrowed;
    for (const one of all("#now, .chips, .key")) one.hidden = narrowed;
    status.replaceChildren((!left && nothing()) || left + " of " + rows.length + " services. ");
    if (!narrowed) return;
    const reset = make("button", { type: "button", className: "btn", textContent: "Show all" });
    reset.addEventListener("click", () => {
      for (const key of Object.keys(shown)) shown[key] = "";
      $("#q").value = $("#cat").value = "";
      choose("q", "");
      $("#q").focus();
    });
    status.append(reset);
  }

  let day = null;

  function days() {
    const figure = $("#history"), read = $("#read");
    if (!figure || !read) return;
    const said = all("#stretches tr[data-n]").reverse().flatMap((row) =>
      Array(Number(row.dataset.n)).fill($("td", row).textContent.trim()));
    const slider = make("div", { className: "slider", tabIndex: 0 });
    const cursor = make("span", { className: "cursor" });
    const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    const last = said.length - 1;
    const go = (to) => {
      day = Math.max(0, Math.min(last, to));
      const text = date.format((Number(figure.dataset.first) + day * 86400) * 1000) + ": " + said[day];
      cursor.style.left = (100 * day) / said.length + "%";
      cursor.hidden = false;
      read.textContent = text;
      slider.setAttribute("aria-valuenow", day);
      slider.setAttribute("aria-valuetext", text);
    };
    const point = (event) => {
      const box = slider.getBoundingClientRect();
      go(Math.floor(((event.clientX - box.left) / box.width) * said.length));
    };
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -1000, End: 1000 };
    slider.addEventListener("keydown", (event) => {
      if (!(event.key in steps)) return;
      event.preventDefault();
      go((day ?? last) + steps[event.key]);
    });
    for (const kind of ["pointermove", "pointerdown"]) slider.addEventListener(kind, point);
    slider.addEventListener("focus", () => go(day ?? last));
    const words = { role: "slider", "aria-label": "Day", "aria-valuemin": 0, "aria-valuemax": last, "aria-valuenow": last, "aria-valuetext": said[last] };
    for (const key of Object.keys(words)) slider.setAttribute(key, words[key]);
    cursor.hidden = true;
    figure.append(slider, cursor);
    if (day !== null) go(day);
  }

  /* Check right now: only on a click, only the two hosts that the page's own policy allows. */

  async function timed(url, options) {
    const start = performance.now(), stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    const careful = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal: stop.signal };
    try {
      const reply = await fetch(url, { ...careful, ...options });
      return { reply, ms: Math.round(performance.now() - start) };
    } catch {
      return { late: stop.signal.aborted };
    } finally {
      clearTimeout(timer);
    }
  }

  function worst(levels) {
    const known = levels.filter((level) => level !== "unknown" && LABELS[level]);
    if (!known.length) return null;
    if (known.includes("critical")) return "critical";
    return known.includes("maintenance") ? "maintenance" : ORDER.find((level) => known.includes(level));
  }

  function judged(told, scope, words) {
    const mine = (one) => scope.includes(one.id) || scope.includes(one.name);
    const parts = (told.components || []).filter((one) => !one.group && (!scope.length || mine(one)));
    if (scope.length && !parts.length) return null;
    const levels = parts.map((one) => words[String(one.status).toLowerCase()]);
    if (!scope.length) levels.push((told.status || {}).indicator);
    for (const one of told.incidents || []) {
      if (["resolved", "postmortem", "completed"].includes(one.status)) continue;
      const named = one.components || [], impact = LABELS[one.impact] ? one.impact : "minor";
      if (!scope.length || named.some(mine)) levels.push(impact);
      else if (!named.length) levels.push(trouble(impact) ? "minor" : impact);
    }
    return levels.includes(undefined) && !levels.some(trouble) ? null : worst(levels);
  }

  function conclude(name, level, who, asked, said) {
    const { api } = asked, reached = Boolean(api && api.reply), them = said || level;
    const state = (said ? "'s status page says " : " was last read as ") + LABELS[them];
    const nobody = !Object.values(asked).some((one) => one && one.reply) &&
      (api ? "Your network reaches neither " + name : "Your browser can read neither " + name + "'s status page") + " nor this site.";
    if (navigator.onLine === false) return ["It is you", "Your browser says that it is offline."];
    if (trouble(them) || them === "maintenance") {
      const more = nobody ? ". " + nobody + " Look at your own side too." : !api ? "." :
        reached ? ", although it answers you." : ", and it does not answer you.";
      const head = trouble(them) ? who === "upstream" && trouble(level) ? "It is their upstream" : "It is them" : "It is planned work";
      return [head, name + state + more];
    }
    if (nobody) return ["It is you", nobody];
    if (reached && them === "none")
      return ["It is you", name + " answers your browser. " + name + state + ". Look at the key, the limits, the balance and the request."];
    if (api && them === "none")
      return [(said ? "They say it is fine" : "It was fine when last read") + ", but you cannot reach it",
        "A firewall, a blocker or a VPN may be between, or an outage that nobody reported yet. Try another network."];
    if (api) return ["Cannot tell", name + (reached ? " answers you, but" : " does not answer you, and") + " its state is not known."];
    if (said) return ["They say it is fine", "Their API has no address that a browser may try, so we cannot tell more."];
    return ["Cannot tell", name + "'s status page cannot be read from here, and there is no address of its API to try." +
      (level === "none" ? " " + name + state + "." : "")];
  }

  function checking() {
    const box = $("#check");
    if (!box) return;
    const { api, page: status, scope, words } = JSON.parse(box.dataset.check);
    const button = $("button", box), result = $(".result", box), name = box.dataset.name;
    const tell = (what, one) => what + (one.reply ? " answered in " + one.ms + " ms" : one.late ? " did not answer within 10 s" : " could not be reached");
    button.addEventListener("click", async () => {
      button.disabled = true;
      result.textContent = "Asking …";
      const [reach, ours, official] = await Promise.all([
        api ? timed(api, { mode: "no-cors" }) : null,
        timed(root + "icons/none.svg", {}),
        status ? timed(status, {}) : null,
      ]);
      let said = null;
      try { said = judged(await official.reply.json(), scope, words); } catch { /* not readable from here */ }
      const answer = $("#answer");
      const level = answer ? levelOf(answer) : "unknown";
      const [head, text] = conclude(name, level, answer && answer.dataset.who, { api: reach, ours, official }, said);
      const lines = [];
      if (reach) lines.push(tell(new URL(api).host, reach));
      if (status) lines.push("Their status page " + (said ? "says " + LABELS[said] : "cannot be read from here"));
      lines.push(tell("This site", ours));
      result.replaceChildren(make("b", { textContent: head }), make("p", { textContent: text }),
        make("ul", {}, ...lines.map((line) => make("li", { textContent: line }))));
      button.disabled = false;
      button.textContent = "Check again";
    });
  }

  function colours() {
    const button = $("#theme"), names = { "": "automatic", light: "light", dark: "dark" };
    const paint = (theme) => {
      if (theme) page.dataset.theme = theme; else delete page.dataset.theme;
      if (button) button.setAttribute("aria-label", "Colours: " + names[theme]);
    };
    let theme = store.get("theme") || "";
    if (!(theme in names)) theme = "";
    paint(theme);
    if (button) button.addEventListener("click", () => {
      const order = matchMedia("(prefers-color-scheme: dark)").matches ? ["", "light", "dark"] : ["", "dark", "light"];
      theme = order[(order.indexOf(theme) + 1) % 3];
      store.set("theme", theme);
      paint(theme);
    });
  }

  function locals() {
    for (const time of all("time.both")) {
      const at = new Date(time.dateTime);
      if (at.getTimezoneOffset() === 0) continue;
      const text = at.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
      time.append(" (" + text + " your time)");
    }
  }

  /* On a phone the menu scrolls sideways: it shows where the reader is, and what has the focus whole. */

  function menu() {
    const here = $(".top [aria-current]");
    for (const nav of all(".top nav"))
      nav.addEventListener("focusin", (event) => event.target.scrollIntoView({ block: "nearest", inline: "nearest" }));
    if (here) requestAnimationFrame(() => {
      const nav = here.closest("nav"), over = here.offsetLeft + here.offsetWidth - nav.offsetLeft - nav.clientWidth;
      if (over > 0) nav.scrollLeft = over;
    });
  }

  function start(part) {
    try { part(); } catch (error) { console.warn(part.name, error); }
  }

  const ask = () => refresh().catch(() => { /* it grows old visibly */ });
  page.classList.add("scripted");
  [colours, tick, starring, finding, days, checking, watching, locals, menu].forEach(start);
  setInterval(() => start(tick), 30000);
  setInterval(ask, REFRESH * 1000);
  addEventListener("pageshow", () => [recall, tick].forEach(start));
  addEventListener("storage", () => start(recall));
  addEventListener("beforeprint", () => start(dated));
  addEventListener("afterprint", () => start(ages));
  /* Not before the page is painted: the file is larger than any page. */
  addEventListener("load", () => setTimeout(ask, 400));
  document.addEventListener("visibilitychange", () => {
    start(tick);
    if (document.hidden) return;
    document.title = document.title.replace(/^● /, "");
    ask();
  });
})();
