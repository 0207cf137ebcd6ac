// Draws the numbers of the table beneath it. Without script the table alone is shown.
(function () {
  "use strict";
  var box = document.getElementById("report-chart");
  if (!box || !window.echarts) { return; }
  var source = document.getElementById(box.getAttribute("data-source"));
  var shown = JSON.parse(source.textContent);
  var any = shown.series.some(function (s) { return s.values.some(function (v) { return v > 0; }); });
  if (!any || shown.names.length < 2) { return; }
  box.hidden = false;
  var style = getComputedStyle(document.documentElement);
  function token(name, fallback) { return style.getPropertyValue(name).trim() || fallback; }
  var many = shown.names.length > 8;
  var chart = window.echarts.init(box, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    color: [token("--accent", "#0b5c61"), "#c08a2b"],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true },
    xAxis: { type: "category", data: shown.names, axisTick: { show: false }, axisLabel: { interval: 0, rotate: many ? 35 : 0, fontSize: 12, hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: token("--line", "#dfe5e4") } } },
    series: shown.series.map(function (s) { return { name: s.name, type: "bar", barMaxWidth: 28, data: s.values }; })
  });
  window.addEventListener("resize", function () { chart.resize(); });
})();
