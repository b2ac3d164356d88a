// A pen that writes SVG: as much of a canvas as names and figures need, so that they are told once for both.

const measuring = document.createElement("canvas").getContext("2d");
const short = (number) => String(Number(number.toFixed(2)));

// Text as XML takes it: what XML does not allow becomes U+FFFD, blanks of any kind survive.
function xml(text) {
  const allowed = String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
  return allowed.replace(/[&<>"'\t\n\r]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

// An element with attributes (those without a value are left out) around markup that is escaped already.
function element(name, attributes, ...content) {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null);
  const words = known.map(([key, value]) => ` ${key}="${xml(value)}"`).join("");
  return content.length ? `<${name}${words}>${content.join("")}</${name}>` : `<${name}${words}/>`;
}

const KEPT = ["font", "fillStyle", "strokeStyle", "lineWidth", "lineJoin", "textAlign", "textBaseline", "turned"];

class Pen {
  canvas = { width: 1, clientWidth: 1 };
  font = `12px ${theme.font}`;
  fillStyle = theme.ink;
  strokeStyle = theme.ink;
  lineWidth = 1;
  lineJoin = "miter";
  textAlign = "left";
  textBaseline = "alphabetic";
  turned = "";
  written = [];
  path = "";
  halo = null; // the outline of the text that comes next
  saved = [];

  save() {
    this.saved.push(KEPT.map((name) => this[name]));
  }

  restore() {
    this.saved.pop().forEach((value, i) => (this[KEPT[i]] = value));
  }

  setTransform() {
    this.turned = ""; // to pixels of the screen, which ours are
  }

  translate(x, y) {
    this.turned += `translate(${short(x)} ${short(y)})`;
  }

  rotate(angle) {
    this.turned += `rotate(${short((180 * angle) / Math.PI)})`;
  }

  beginPath() {
    this.path = "";
  }

  moveTo(x, y) {
    this.path += `M${short(x)} ${short(y)}`;
  }

  lineTo(x, y) {
    this.path += `L${short(x)} ${short(y)}`;
  }

  // A whole circle.
  arc(x, y, radius) {
    const r = short(radius);
    this.path += `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${short(2 * radius)} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0z`;
  }

  stroke() {
    if (this.path) this.put("path", { d: this.path, fill: "none", stroke: this.strokeStyle, "stroke-width": short(this.lineWidth) });
  }

  fillRect(x, y, width, height) {
    this.put("rect", { x: short(x), y: short(y), width: short(width), height: short(height), fill: this.fillStyle });
  }

  measureText(text) {
    measuring.font = this.font;
    return measuring.measureText(text);
  }

  strokeText() {
    this.halo = { stroke: this.strokeStyle, "stroke-width": short(this.lineWidth), "stroke-linejoin": this.lineJoin, "paint-order": "stroke" };
  }

  fillText(text, x, y) {
    const [, weight, size, family] = /^(\d+)? ?([\d.]+)px (.+)$/.exec(this.font);
    const { fontBoundingBoxAscent: over, fontBoundingBoxDescent: under } = this.measureText(text);
    const foot = this.textBaseline === "middle" ? y + (over - under) / 2 : y; // many readers know no other baseline
    const anchor = { center: "middle", right: "end" }[this.textAlign];
    const look = { "font-family": family, "font-size": size, "font-weight": weight, "text-anchor": anchor, fill: this.fillStyle };
    this.put("text", { x: short(x), y: short(foot), ...look, ...this.halo }, xml(text));
    this.halo = null;
  }

  put(name, attributes, ...content) {
    this.written.push(element(name, { ...attributes, transform: this.turned || undefined }, ...content));
  }

  svg() {
    return this.written.join("\n");
  }
}
