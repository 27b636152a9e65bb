// A PDF drawn page by page onto canvases: nothing of the file runs, and no page of it is opened.
import * as pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";

/** Pages beyond are for whoever downloads the file. */
const MOST = 300;

export const pdf = async (box: HTMLElement) => {
  pdfjs.GlobalWorkerOptions.workerSrc = box.dataset.worker!;
  const words = box.querySelector<HTMLElement>("[data-pdf-words]")!;
  const task = pdfjs.getDocument({ url: box.dataset.pdf!, withCredentials: true, disableAutoFetch: true, useWasm: false, enableXfa: false });
  let file: pdfjs.PDFDocumentProxy;
  try {
    file = await task.promise;
  } catch (error) {
    words.textContent = (error as Error).name === "PasswordException" ? box.dataset.locked! : box.dataset.failed!;
    return;
  }
  words.remove();
  const draw = async (canvas: HTMLCanvasElement, n: number) => {
    const page = await file.getPage(n);
    const one = page.getViewport({ scale: 1 });
    const width = Math.min(box.clientWidth - 32, 960);
    const viewport = page.getViewport({ scale: (width / one.width) * Math.min(devicePixelRatio || 1, 2) });
    canvas.width = viewport.width;
    canvas.height = viewport.height;
    await page.render({ canvas, viewport }).promise;
    canvas.dataset.drawn = "";
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      void draw(entry.target as HTMLCanvasElement, Number((entry.target as HTMLElement).dataset.n));
    }
  }, { root: box, rootMargin: "400px" });
  for (let n = 1; n <= Math.min(file.numPages, MOST); n++) {
    const canvas = document.createElement("canvas");
    canvas.dataset.n = String(n);
    // a sheet until it is drawn
    canvas.width = 595;
    canvas.height = 842;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${box.dataset.page} ${n} / ${file.numPages}`);
    box.append(canvas);
    seen.observe(canvas);
  }
  const gone = new MutationObserver(() => {
    if (box.isConnected) return;
    gone.disconnect();
    void task.destroy();
  });
  gone.observe(document.body, { childList: true, subtree: true });
};
