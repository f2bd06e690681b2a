# The CDS service and the SMART app. Runs as nobody in particular, on a root file system that may be read-only:
# only /tmp (counters of the worker processes) and /data (an SQLite database, if there is one) are written.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock deploy/postgresql.lock ./
RUN python -m venv /app \
    && /app/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock -r postgresql.lock
COPY . .
RUN /app/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="rls-nutrients" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 rls \
    && useradd --system --uid 10001 --gid rls --no-create-home --shell /usr/sbin/nologin rls \
    && install --directory --owner=rls --group=rls --mode=0700 /data
COPY --from=build /app /app
# The invented patients of `rls-nutrients demo`, where it looks for them: beside the packages.
COPY --from=build /build/fixtures /app/lib/python3.12/site-packages/fixtures
# The base image comes without compiled modules, and a container may write none: each start would compile them anew.
# Unchecked: whatever changes the times of files in an image must not undo it. Tests and the like may hold any syntax.
RUN python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash -x '/(tests?|lib2to3|idlelib|turtledemo)/' \
    /usr/local/lib/python3.12 /app/lib/python3.12
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RLS_DATABASE_URL=sqlite:////data/rls-nutrients.db
USER 10001:10001
WORKDIR /data
EXPOSE 8000
# /healthz and not /readyz: a service that waits for its database must not be killed for it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["rls-nutrients"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
