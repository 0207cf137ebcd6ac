// Draws the numbers of the tables of an item analysis. Without script the tables alone are shown.
(function () {
  "use strict";
  if (!window.echarts) { return; }
  var style = getComputedStyle(document.documentElement);
  function token(name, fallback) { return style.getPropertyValue(name).trim() || fallback; }
  var accent = token("--accent", "#0b5c61"), warn = "#c08a2b", line = token("--line", "#dfe5e4");
  function percent(v) { return Math.round(v * 100) + "%"; }
  function base() {
    return {
      animation: false, color: [accent, warn],
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: 34, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10 },
      tooltip: { trigger: "axis", confine: true }
    };
  }
  function share(name) { return { type: "value", min: 0, max: 1, name: name, axisLabel: { formatter: percent }, splitLine: { lineStyle: { color: line } } }; }
  var draw = {
    histogram: function (shown, box) {
      var o = base(); delete o.legend; o.grid.top = 14;
      o.xAxis = { type: "category", data: shown.map(function (p) { return p[0]; }), axisTick: { show: false } };
      o.yAxis = { type: "value", minInterval: 1, splitLine: { lineStyle: { color: line } } };
      o.series = [{ type: "bar", name: box.getAttribute("data-name"), barCategoryGap: "8%", data: shown.map(function (p) { return p[1]; }) }];
      return o;
    },
    map: function (shown) {
      var o = base(); delete o.legend; o.grid.top = 26;
      o.tooltip = { trigger: "item", confine: true, formatter: function (p) { return "№ " + p.data[2] + "<br>" + percent(p.data[0]) + " · " + p.data[1].toFixed(2); } };
      o.xAxis = { type: "value", min: 0, max: 1, name: shown.x, nameLocation: "middle", nameGap: 28, axisLabel: { formatter: percent }, splitLine: { lineStyle: { color: line } } };
      o.yAxis = { type: "value", name: shown.y, splitLine: { lineStyle: { color: line } } };
      o.grid.bottom = 30;
      function points(flagged) { return shown.points.filter(function (p) { return p[3] === flagged; }).map(function (p) { return [p[1], p[2], p[0]]; }); }
      function marks(flagged, symbol, colour) { return { type: "line", lineStyle: { opacity: 0 }, symbol: symbol, symbolSize: flagged ? 11 : 8, itemStyle: { color: colour }, data: points(flagged) }; }
      o.series = [marks(false, "circle", accent), marks(true, "triangle", warn)];
      o.series[0].markLine = { silent: true, symbol: "none", lineStyle: { color: token("--ink-3", "#5d6b6c"), type: "dashed" }, label: { show: false }, data: [{ yAxis: 0.2 }, { xAxis: 0.3 }, { xAxis: 0.9 }] };
      return o;
    },
    options: function (shown) {
      var o = base(); o.tooltip.axisPointer = { type: "shadow" }; o.tooltip.valueFormatter = percent;
      o.xAxis = { type: "category", data: shown.names, axisTick: { show: false } }; o.yAxis = share();
      o.series = shown.series.map(function (s) { return { name: s.name, type: "bar", barMaxWidth: 28, data: s.values }; });
      return o;
    },
    curve: function (shown) {
      var o = base(); o.tooltip.valueFormatter = percent; o.legend.data = [shown.label, shown.interval];
      o.xAxis = { type: "category", data: shown.names, axisTick: { show: false } }; o.yAxis = share();
      var wide = shown.high.map(function (h, i) { return h - shown.low[i]; });
      o.tooltip.formatter = function (all) { var i = all[0].dataIndex; return shown.names[i] + "<br>" + percent(shown.values[i]) + " (" + percent(shown.low[i]) + "–" + percent(shown.high[i]) + ")"; };
      o.series = [
        { name: shown.label, type: "line", data: shown.values, symbolSize: 9, lineStyle: { width: 2.5 } },
        { type: "line", stack: "band", data: shown.low, lineStyle: { opacity: 0 }, symbol: "none", silent: true },
        { name: shown.interval, type: "line", stack: "band", data: wide, lineStyle: { opacity: 0 }, symbol: "none", silent: true, itemStyle: { color: accent }, areaStyle: { color: accent, opacity: 0.15 } }
      ];
      return o;
    }
  };
  Array.prototype.forEach.call(document.querySelectorAll("[data-chart]"), function (box) {
    var source = document.getElementById(box.getAttribute("data-source"));
    if (!source) { return; }
    box.hidden = false;
    var chart = window.echarts.init(box, null, { renderer: "svg" });
    chart.setOption(draw[box.getAttribute("data-chart")](JSON.parse(source.textContent), box));
    window.addEventListener("resize", function () { chart.resize(); });
  });
})();
