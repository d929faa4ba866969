/* Progressive only: ages, the stale banner, and no state shown as current past its time. */
(function () {
  "use strict";
  var root = document.documentElement;
  var checked = Number(root.dataset.checked) || 0;
  var STALE = 45 * 60;
  var banner = null;

  function span(seconds) {
    var minutes = Math.floor(seconds / 60);
    if (minutes < 60) return minutes + " min";
    var hours = Math.floor(minutes / 60);
    minutes %= 60;
    if (hours < 24) return hours + " h" + (minutes ? " " + minutes + " min" : "");
    var days = Math.floor(hours / 24);
    hours %= 24;
    return days + " d" + (hours && days < 7 ? " " + hours + " h" : "");
  }

  function ages(now) {
    document.querySelectorAll("time.ago").forEach(function (time) {
      var age = now - Date.parse(time.dateTime) / 1000;
      if (!(age >= 0)) return;
      if (!time.title) time.title = time.textContent;
      time.textContent = age < 60 ? "just now" : span(age) + " ago";
    });
  }

  /* A state that has outlived its reading becomes Unknown; what it said stays, marked as such. */
  function expire(now) {
    document.querySelectorAll("[data-until]").forEach(function (one) {
      if (now <= Number(one.dataset.until)) return;
      one.removeAttribute("data-until");
      one.classList.remove("none", "minor", "major", "critical", "maintenance");
      one.classList.add("unknown", "expired");
      one.querySelectorAll("use").forEach(function (use) { use.setAttribute("href", "#i-unknown"); });
      one.querySelectorAll(".w").forEach(function (word) { word.textContent = "Unknown"; });
    });
    var all = document.querySelector("[data-all]");
    var old = document.querySelectorAll(".row.expired").length;
    if (!all || !old) return;
    all.className = "overall unknown";
    all.querySelector("use").setAttribute("href", "#i-unknown");
    all.querySelector("span").textContent =
      "Unknown: the results of " + old + " of " + all.dataset.all + " services are too old";
    var more = document.getElementById("more");
    if (more) more.remove();
  }

  function warn(now) {
    var age = now - checked;
    if (!checked || age < STALE) return;
    if (!banner) {
      banner = document.createElement("p");
      banner.className = "stale";
      banner.setAttribute("role", "status");
      document.getElementById("main").append(banner);
    }
    var text = "These results are " + span(age) + " old.";
    if (banner.textContent !== text) banner.textContent = text;
  }

  function tick() {
    var now = Date.now() / 1000;
    expire(now);
    ages(now);
    warn(now);
  }

  tick();
  setInterval(tick, 30000);
  addEventListener("pageshow", tick);
  document.addEventListener("visibilitychange", tick);
})();
