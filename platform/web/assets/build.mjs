// Builds dist/: style sheet, scripts, icon sprite, font; every name carries a hash of the content,
// manifest.json maps logical names to them, text is also stored gzipped.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);
const out = `node_modules/.akrab-${process.pid}`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
const manifest = {};

const walk = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  return statSync(path).isDirectory() ? walk(path) : [path];
});

// The same fingerprint as build.rs: the content of all inputs in the order of their paths.
const stamp = () => {
  const hash = createHash("sha256");
  for (const file of ["build.mjs", "package-lock.json", ...walk("src")].sort()) hash.update(readFileSync(file));
  return hash.digest("hex");
};

const write = (name, content) => {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, file), content);
  manifest[name] = file;
  return file;
};

const font = write("inter.woff2", readFileSync("node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"));

const sprite = () => {
  const names = [...new Set(readFileSync("src/icons.txt", "utf8").split(/\s+/).filter(Boolean))].sort();
  const symbols = names.map((name) => {
    const svg = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
    const inner = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").replace(/ ?\/>/g, "/>").trim()}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
};
write("icons.svg", sprite());
write("logo.svg", readFileSync("src/logo.svg"));
// The part of the PDF viewer that reads files; it runs in a worker of its own.
write("pdf-worker.js", readFileSync("node_modules/pdfjs-dist/legacy/build/pdf.worker.min.mjs"));

const css = join(out, "raw.css");
const tailwind = JSON.parse(readFileSync("node_modules/@tailwindcss/cli/package.json", "utf8"));
const cli = join("node_modules/@tailwindcss/cli", Object.values(tailwind.bin)[0]);
try {
  execFileSync(process.execPath, [cli, "-i", "src/css/app.css", "-o", css, "--minify"], { stdio: ["ignore", "pipe", "pipe"] });
} catch (error) {
  console.error(String(error.stderr));
  process.exit(1);
}
write("app.css", readFileSync(css, "utf8").replaceAll("inter.woff2", font));
rmSync(css);

// calendars alone need it: what their library brings, then our own look of it
const sheets = ["node_modules/fullcalendar/skeleton.css", "node_modules/fullcalendar/themes/classic/theme.css", "src/css/calendar.css"];
write("calendar.css", (await transform(sheets.map((file) => readFileSync(file, "utf8")).join("\n"), { loader: "css", minify: true, target: "es2022" })).code);

const { metafile } = await build({
  entryPoints: { app: "src/ts/app.ts" },
  outdir: out, bundle: true, splitting: true, format: "esm", minify: true, target: "es2022", metafile: true,
  entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", legalComments: "none", logLevel: "error",
});
for (const [file, info] of Object.entries(metafile.outputs)) {
  if (info.entryPoint === "src/ts/app.ts") manifest["app.js"] = basename(file);
}

for (const file of readdirSync(out)) {
  if (!file.endsWith(".woff2")) writeFileSync(join(out, `${file}.gz`), gzipSync(readFileSync(join(out, file)), { level: 9 }));
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
writeFileSync(join(out, "stamp"), process.env.AKRAB_ASSETS_STAMP ?? stamp());
rmSync("dist", { recursive: true, force: true });
renameSync(out, "dist");
