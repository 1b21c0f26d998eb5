"""Shows people what was measured: the report as one file, later the dashboards."""
