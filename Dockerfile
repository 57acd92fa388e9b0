# syntax=docker/dockerfile:1

# The image of the server, for amd64 and arm64; no step runs on another machine than the one that builds.
#
#     docker build -t tintype .                           what is published: no shell, no npm, no root
#     docker build -t tintype:debug --target debug .      the same with Debian's shell and tools around it
#
# docs/operate/docker.md has the rest. The one base stands here and nowhere else; a release writes its digest behind the tag
# (`node scripts/container.mjs pin`).
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

# Node for the machine that the image is for. Nothing is run in it.
FROM ${NODE_IMAGE} AS node

# What the image has of Debian, and Node without the names of its functions, which are a seventh of it.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS system
ARG TARGETARCH
COPY deploy/container/system.sh deploy/container/strip.sh /container/
RUN sh /container/system.sh "$TARGETARCH" /rootfs /container/debian-packages.txt
COPY --from=node /usr/local/bin/node /rootfs/usr/local/bin/node
RUN sh /container/strip.sh "$TARGETARCH" /rootfs/usr/local/bin/node

# JavaScript of TypeScript. Types of all optional packages are needed, whichever of them end up in the image.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc /repository/
COPY packages/server/package.json /repository/packages/server/
COPY packages/url/package.json /repository/packages/url/
COPY deploy/container/lock.mjs /container/
RUN --mount=type=cache,target=/root/.npm \
  node /container/lock.mjs /repository . --every-optional --tool "typescript @types/node @types/react @types/react-dom" && \
  cp /repository/.npmrc . && npm ci --no-audit --no-fund
COPY tsconfig.base.json ./
COPY packages/url packages/url/
COPY packages/server packages/server/
RUN node_modules/.bin/tsc --build packages/server

# The index of the fonts, drawn from by the libraries that read it later. Dates of whole seconds, or it would count as stale.
FROM build AS fonts
COPY deploy/container/fonts.conf /etc/fonts/fonts.conf
COPY deploy/container/fonts.mjs ./
COPY --from=system /rootfs/usr/share/fonts /usr/share/fonts
RUN find /usr/share/fonts -exec touch -d 2024-01-01T00:00:00Z {} + && node fonts.mjs

# The server's packages for the machine that the image is for, and the list of everything.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS app
ARG TARGETARCH
ARG OPTIONAL="@aws-sdk/client-cloudfront @aws-sdk/client-s3 @aws-sdk/credential-providers @opentelemetry/exporter-metrics-otlp-http @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources @opentelemetry/sdk-metrics @opentelemetry/sdk-trace-node google-auth-library ioredis"
WORKDIR /app
COPY --from=build /repository /repository
COPY deploy/container /container
RUN --mount=type=cache,target=/root/.npm sh /container/packages.sh "$TARGETARCH" "$OPTIONAL"
COPY --from=build /src/packages/url/dist node_modules/@tintype/url/dist
COPY --from=build /src/packages/server/dist node_modules/tintype/dist
COPY packages/server/bin node_modules/tintype/bin
COPY packages/server/edge node_modules/tintype/edge
COPY --from=system /container/debian-packages.txt /container/
COPY LICENSE ./
RUN node /container/trim.mjs node_modules && node /container/try.mjs node_modules/tintype/package.json && \
  node /container/sbom.mjs . /container/debian-packages.txt </container/npm.cdx.json >sbom.cdx.json

FROM ${NODE_IMAGE} AS debug
COPY --from=system /rootfs/usr/bin/tini /usr/bin/tini
COPY --from=system /rootfs/usr/lib/libjemalloc.so.2 /usr/lib/libjemalloc.so.2
COPY --from=fonts /etc/fonts /etc/fonts
COPY --from=fonts /usr/share/fonts /usr/share/fonts
COPY --from=fonts /var/cache/fontconfig /var/cache/fontconfig
COPY --from=system /rootfs/var/cache/tintype /var/cache/tintype
COPY --from=app /app /app
LABEL org.opencontainers.image.title="Tintype, with a shell" org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production HOME=/tmp XDG_CACHE_HOME=/var/cache
WORKDIR /app
USER 65532:65532
# Fargate gives what it mounts to root, unless the image has a volume there.
VOLUME ["/tmp"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=2 \
  CMD ["/usr/local/bin/node", "/app/node_modules/tintype/bin/tintype.mjs", "health"]
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/node", "/app/node_modules/tintype/bin/tintype.mjs"]
CMD ["serve"]

# The last one is what is built where no target is named.
FROM scratch AS default
COPY --from=system /rootfs /
COPY --from=fonts /etc/fonts /etc/fonts
COPY --from=fonts /usr/share/fonts /usr/share/fonts
COPY --from=fonts /var/cache/fontconfig /var/cache/fontconfig
COPY --from=app /app /app
LABEL org.opencontainers.image.title="Tintype" org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/usr/local/bin:/usr/bin NODE_ENV=production HOME=/tmp XDG_CACHE_HOME=/var/cache
WORKDIR /app
USER 65532:65532
VOLUME ["/tmp"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=2 \
  CMD ["/usr/local/bin/node", "/app/node_modules/tintype/bin/tintype.mjs", "health"]
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/node", "/app/node_modules/tintype/bin/tintype.mjs"]
CMD ["serve"]
