(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var form = document.getElementById("weigh");
  var inputs = Array.prototype.slice.call(form.querySelectorAll("input[type=range]"));
  var body = document.getElementById("weigh-rows"), said = document.getElementById("weigh-said");
  function rounded(value) { return Math.round(value * 1e12) / 1e12; }
  function show() {
    var weights = inputs.map(function (input) { return +input.value; });
    var whole = weights.reduce(function (a, b) { return a + b; }, 0);
    inputs.forEach(function (input, j) {
      var part = whole ? Math.round(100 * weights[j] / whole) + "%" : "0%";
      input.setAttribute("aria-valuetext", part + " of all weight");
      document.getElementById(input.id + "-part").textContent = part;
    });
    if (!whole) { said.textContent = "Every weight is 0: give at least one criterion some."; body.textContent = ""; return; }
    var totals = data.scores.map(function (row) {
      return rounded(row.reduce(function (sum, score, j) { return sum + score * weights[j]; }, 0) / whole);
    });
    var order = totals.map(function (_, k) { return k; }).sort(function (a, b) { return totals[b] - totals[a] || a - b; });
    body.textContent = "";
    order.forEach(function (k) {
      var row = document.createElement("tr"), head = document.createElement("th");
      head.scope = "row";
      head.textContent = data.options[k];
      row.appendChild(head);
      [totals[k].toFixed(2), String(1 + totals.filter(function (t) { return t > totals[k]; }).length)].forEach(function (text) {
        var cell = document.createElement("td");
        cell.className = "number";
        cell.textContent = text;
        row.appendChild(cell);
      });
      body.appendChild(row);
    });
    var first = order.filter(function (k) { return totals[k] === totals[order[0]]; }).map(function (k) { return data.options[k]; });
    said.textContent = "First with these weights: " + first.join(" and ") + ".";
  }
  form.addEventListener("input", show);
  document.getElementById("weigh-equal").addEventListener("click", function () {
    inputs.forEach(function (input) { input.value = 50; });
    show();
  });
  form.hidden = false;
  show();
})();
