# GraphiQL is built in a stage of its own: the image that runs holds no Node.js.
FROM node:22-bookworm-slim AS graphiql
WORKDIR /srv/seedbed/app/web/frontend
COPY app/web/frontend/package.json app/web/frontend/package-lock.json app/web/frontend/.npmrc ./
RUN npm ci
COPY app/web/examples ../examples
COPY app/web/frontend ./
RUN npm run build

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/seedbed
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml piccolo_conf.py README.md ./
COPY docs docs
COPY seeds seeds
COPY app app
COPY --from=graphiql /srv/seedbed/app/web/build app/web/build
RUN useradd --system --no-create-home seedbed
USER seedbed
ENV SEEDBED_HOST=0.0.0.0
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["python", "-m", "app"]
