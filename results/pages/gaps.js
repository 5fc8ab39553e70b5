(function () {
  "use strict";
  var map = JSON.parse(document.getElementById("data").textContent);
  var form = document.getElementById("choose");
  var chosen = { cut: document.getElementById("cut"), cohort: document.getElementById("cohort"), figure: document.getElementById("figure") };
  var SMALL = 10, STEPS = [0, 0.05, 0.15, 0.35, 0.65];

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function grouped(value) { return String(value).replace(/\B(?=(\d{3})+$)/g, ","); }
  // The tables of the page round halves to the even figure; so does this, or a figure would change on loading.
  function even(value, unit) {
    var below = Math.floor(value / unit), rest = value / unit - below;
    return (below + (rest > 0.5 || (rest === 0.5 && below % 2 !== 0))) * unit;
  }
  function count(value) { return value > 0 && value < SMALL ? "under 10" : grouped(even(value, SMALL)); }
  function share(part, whole) {
    if (whole === 0) { return "nobody in need"; }
    if (whole < SMALL) { return "under 10 in need"; }
    var value = part / whole;
    if (value > 0 && value < 0.0005) { return "under 0.1%"; }
    if (value >= 0.995 && value < 1) { return "over 99%"; }
    var percent = 100 * value;
    if (value >= 0.0995 || value === 0) { return even(percent, 1) + "%"; }
    // only quarters are halves of a tenth exactly; toFixed rounds these up
    return (percent * 4 % 4 === 1 ? Math.floor(percent * 10) / 10 : percent).toFixed(1) + "%";
  }
  function shade(part, whole) {
    return whole === 0 ? 0 : STEPS.filter(function (step) { return part / whole > step; }).length;
  }
  function standing(cohort, area, cut) {
    var found = map.cohorts[cohort].status[area][cut];
    return { need: found[0] + found[1] + found[2], several: found[1], nothing: found[2], something: found[0] + found[1] };
  }
  function paint(cell, level, text) {
    cell.className = cell.className.replace(/\bs[0-5]\b/, "s" + level);
    if (text !== null) { cell.textContent = text; }
  }
  function matrix(cut, figure) {
    all("#matrix-table td").forEach(function (cell) {
      var now = standing(+cell.dataset.cohort, +cell.dataset.area, cut);
      if (figure === "need") { paint(cell, 0, now.need ? count(now.need) : "none"); return; }
      paint(cell, shade(now[figure], now.need), now.need ? share(now[figure], now.need) : "none");
    });
    var words = { nothing: "Share of those in need who are eligible for nothing", several: "Share of those in need who are eligible for several services",
      something: "Share of those in need who are eligible for something", need: "People in need" };
    var counted = figure === "need" || cut === 0 ? "" : ", counting " + map.cuts[cut].title;
    document.getElementById("matrix-words").textContent = words[figure] + ", by cohort and Place" + counted;
  }
  function causes(cut) {
    var whole = map.areas.length - 1;
    all("#causes-table td").forEach(function (cell) {
      var cohort = +cell.dataset.cohort, cause = +cell.dataset.cause;
      cell.textContent = count(cause < 0 ? standing(cohort, whole, cut).nothing : map.cohorts[cohort].causes[whole][cut][cause]);
    });
    var counted = cut === 0 ? "" : ", counting " + map.cuts[cut].title;
    document.getElementById("causes-words").textContent =
      "People in need who are eligible for nothing, by what shuts them out, whole region" + counted;
  }
  function tiles(cut, cohort) {
    var among = map.cuts[cut].programmes;
    all(".tiles li").forEach(function (tile) {
      var place = +tile.dataset.place, now = standing(cohort, place, cut), tiers = { local: 0, regional: 0, national: 0 }, n = 0;
      among.forEach(function (k) {
        var p = map.programmes[k];
        if (p.places === "all" || p.places.indexOf(place) >= 0) { tiers[p.tier] += 1; n += 1; }
      });
      paint(tile, shade(now.nothing, now.need), null);
      tile.querySelector(".value").textContent = share(now.nothing, now.need);
      tile.querySelector(".total").textContent = n + (n === 1 ? " service" : " services");
      tile.querySelector(".supply").textContent = ["local", "regional", "national"].map(function (tier) { return tiers[tier] + "\u00a0" + tier; }).join(" · ");
    });
  }
  function lists(cut, cohort) {
    var among = map.cuts[cut].programmes, name = map.cohorts[cohort].name;
    all("[data-k]").forEach(function (row) {
      var k = +row.dataset.k, open = map.programmes[k].could_get_in_by_cohort[cohort];
      row.hidden = among.indexOf(k) < 0;
      var value = row.dataset.in === undefined ? open.reduce(function (a, b) { return a + b; }, 0) : open[+row.dataset.in];
      row.querySelector(".figure").textContent = count(value);
    });
    all(".cohort-name").forEach(function (words) { words.textContent = name; });
    all(".cohort-need").forEach(function (words) { words.textContent = count(standing(cohort, +words.dataset.in, cut).need); });
  }
  function show() {
    var cut = +chosen.cut.value, cohort = +chosen.cohort.value;
    matrix(cut, chosen.figure.value);
    causes(cut);
    tiles(cut, cohort);
    lists(cut, cohort);
    var whole = standing(cohort, map.areas.length - 1, cut);
    document.getElementById("shown").textContent = map.cohorts[cohort].name + ": " + count(whole.need) + " in need, " +
      count(whole.nothing) + " (" + share(whole.nothing, whole.need) + ") eligible for nothing, counting " + map.cuts[cut].title + ".";
  }
  function opened() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  }
  form.hidden = false;
  form.addEventListener("change", show);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("hashchange", opened);
  show();
  opened();
})();
