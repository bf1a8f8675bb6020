# A longhaul worker: joins the Temporal cluster of TEMPORAL_ADDRESS (and the other TEMPORAL_* settings).
FROM node:24-slim AS build
WORKDIR /longhaul
COPY package.json package-lock.json ./
# The `node` package brings a Node.js for machines with an older one; here it would be 190 MB for nothing.
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.ts \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/node \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
      ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM node:24-slim
ENV NODE_ENV=production LONGHAUL_HOME=/var/lib/longhaul
WORKDIR /longhaul
COPY --from=build /longhaul/package.json ./
COPY --from=build /longhaul/bin bin
COPY --from=build /longhaul/dist dist
COPY --from=build /longhaul/node_modules node_modules
RUN ln -s /longhaul/bin/longhaul.mjs /usr/local/bin/longhaul \
 && install -d -m 0700 -o node -g node /var/lib/longhaul
USER node
VOLUME /var/lib/longhaul
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
  CMD ["node", "dist/worker/health.js"]
CMD ["longhaul", "worker"]
