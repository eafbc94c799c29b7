// The widths of the outer columns: dragged, or moved by the arrow keys.

const GRIPS = [
  { name: "left", property: "--pc-left", least: 180, most: 480, from: (x) => x },
  { name: "right", property: "--pc-right", least: 320, most: 960, from: (x) => innerWidth - x },
];
const STEP = 24;

function wireGrip({ name, property, least, most, from }) {
  const grip = find("grip-" + name);
  const width = () => Math.round(from(grip.getBoundingClientRect().x));
  const set = (wanted) => {
    // The conversation keeps a third of the window.
    const room = Math.max(least, Math.min(most, innerWidth / 2));
    const settled = Math.max(least, Math.min(room, wanted));
    root.style.setProperty(property, settled + "px");
    grip.setAttribute("aria-valuenow", String(Math.round(settled)));
  };
  grip.setAttribute("aria-valuemin", String(least));
  grip.setAttribute("aria-valuemax", String(most));
  grip.setAttribute("aria-valuenow", String(Math.max(least, width())));
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  grip.addEventListener("pointermove", (event) => {
    if (grip.hasPointerCapture(event.pointerId)) set(from(event.clientX));
  });
  grip.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    set(width() + way * STEP * (name === "left" ? 1 : -1));
  });
}
