# The image: the locked dependencies and the wheel, nothing that builds them, and no root.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY .ci/bootstrap.lock requirements.lock ./
RUN python -m venv /tools \
 && /tools/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r bootstrap.lock \
 && python -m venv --without-pip /opt/muster \
 && /tools/bin/uv pip install --no-cache --python /opt/muster/bin/python --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY gateway_adapters gateway_adapters
COPY migrations migrations
RUN /tools/bin/hatchling build -t wheel \
 && /tools/bin/uv pip install --no-cache --offline --no-deps --python /opt/muster/bin/python dist/*.whl \
 && /opt/muster/bin/python -m compileall -q /opt/muster/lib

FROM python:3.11-slim-bookworm
# /data holds the spool, and the SQLite file where there is no PostgreSQL: keep it on a volume.
RUN useradd --system --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin muster \
 && install -d -o muster -g muster -m 0750 /data
COPY --from=build /opt/muster /opt/muster
ENV PATH=/opt/muster/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    MUSTER_CONFIG=/etc/muster/muster.toml
USER muster
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["muster", "serve", "--host", "0.0.0.0", "--port", "8000"]
