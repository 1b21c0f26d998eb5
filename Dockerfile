# Leumund with Airflow. Two targets: cpu (the bundled model needs no torch) and cuda (with torch,
# whose wheels bring CUDA along; the host brings the driver and NVIDIA's container toolkit).

FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.12.13-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/venv/bin:$PATH

FROM base AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/venv \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_CACHE_DIR=/cache
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /source
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN --mount=type=cache,target=/cache \
    uv sync --frozen --no-install-project --extra airflow --extra elastic --group containers
COPY pipeline pipeline
COPY models models
COPY schemas schemas

FROM build AS build-cpu
RUN --mount=type=cache,target=/cache \
    uv sync --frozen --no-editable --extra airflow --extra elastic --group containers

FROM build AS build-cuda
RUN --mount=type=cache,target=/cache \
    uv sync --frozen --no-editable --extra airflow --extra elastic --group containers --extra torch

FROM base AS runtime
ENV AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/leumund/dags \
    LEUMUND_HOME=/var/lib/leumund \
    LEUMUND_CONFIG=/srv/leumund/leumund.toml
RUN useradd --uid 50000 --gid 0 --no-create-home --home-dir /var/lib/airflow leumund \
    && install --directory --owner 50000 --group 0 --mode 0750 \
       /var/lib/airflow /var/lib/airflow/logs /var/lib/leumund /srv/leumund
COPY --chown=50000:0 leumund.toml /srv/leumund/leumund.toml
COPY --chown=50000:0 examples /srv/leumund/examples
COPY dags /opt/leumund/dags
COPY docker /opt/leumund/docker
WORKDIR /srv/leumund
USER 50000:0
ENTRYPOINT ["/bin/sh", "/opt/leumund/docker/entrypoint.sh"]
CMD ["leumund", "--help"]

FROM runtime AS cpu
COPY --from=build-cpu /opt/venv /opt/venv

FROM runtime AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=build-cuda /opt/venv /opt/venv
