"use strict";
(async () => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const specs = read("charts");
  const options = { renderer: "svg", actions: false, ...read("locale") };
  for (const plot of document.querySelectorAll("[data-chart]")) {
    const chart = await window.vegaEmbed(plot, specs[plot.dataset.chart], options);
    plot.view = chart.view;
  }
  document.documentElement.dataset.charts = "ready";
})();
