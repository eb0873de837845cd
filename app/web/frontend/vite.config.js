// Builds GraphiQL into ../build, each text file with a gzip copy beside it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const folder = join(import.meta.dirname, "..", "build");

/** The server sends these copies as they are: it compresses nothing while it answers. */
function gzipCopies() {
  return {
    name: "gzip-copies",
    closeBundle() {
      for (const name of readdirSync(folder)) {
        if (/\.(js|css)$/.test(name)) {
          writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  base: "/assets/",
  worker: { format: "es" },
  build: {
    outDir: folder,
    emptyOutDir: true,
    assetsDir: "",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000, // Monaco is one editor; splitting it only delays it
    rolldownOptions: {
      // Some packages mark files for servers that render React; this build is for browsers alone.
      onLog: (level, log, next) => log.code === "MODULE_LEVEL_DIRECTIVE" || next(level, log),
    },
  },
  plugins: [gzipCopies()],
});
