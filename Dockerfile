# The browser library, the program, and an image with nothing else but the tools of backup and restore.
FROM node:20-bookworm-slim AS assets
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=assets /src/web/node_modules/htmx.org/dist/htmx.min.js web/static/vendor/htmx.min.js
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /touyan ./cmd/touyan

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 --create-home touyan
COPY --from=build /touyan /usr/local/bin/touyan
USER touyan
EXPOSE 8080
ENV TOUYAN_ADDR=0.0.0.0:8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD curl -fsS http://127.0.0.1:8080/readyz || exit 1
ENTRYPOINT ["touyan"]
CMD ["serve"]
