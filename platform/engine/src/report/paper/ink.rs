//! What is put on one page: texts, lines, areas. Places are counted from the upper left corner, in points.

use super::accents;
use super::letters::{self, Encoded};
use pdf_writer::{Content, Name, Str, TextStr};

/// Names of the fonts in every page's resources.
pub(super) const REGULAR: Name<'static> = Name(b"F1");
pub(super) const BOLD: Name<'static> = Name(b"F2");
/// Quarter of a circle by one curve.
const CURVE: f32 = 0.552_285;

/// A colour.
pub(super) type Tone = (f32, f32, f32);
pub(super) const BLACK: Tone = (0.11, 0.12, 0.12);
pub(super) const GREY: Tone = (0.40, 0.42, 0.42);
pub(super) const RULE: Tone = (0.82, 0.83, 0.82);
pub(super) const SOFT: Tone = (0.945, 0.95, 0.945);
pub(super) const WHITE: Tone = (1.0, 1.0, 1.0);
const MAIN: Tone = (0.04, 0.44, 0.45);
const SECOND: Tone = (0.38, 0.65, 0.65);
const THIRD: Tone = (0.76, 0.86, 0.85);
const FOURTH: Tone = (0.62, 0.60, 0.57);

/// How a text is written.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub size: f32,
    pub bold: bool,
    pub tone: Tone,
}

impl Type {
    pub const fn new(size: f32) -> Type {
        Type { size, bold: false, tone: BLACK }
    }
    pub const fn bold(self) -> Type {
        Type { bold: true, ..self }
    }
    pub const fn grey(self) -> Type {
        Type { tone: GREY, ..self }
    }
    pub fn width(self, text: &str) -> f32 {
        letters::width(text, self.size, self.bold)
    }
}

/// A way over the page.
#[derive(Clone, Copy)]
pub(super) enum Leg {
    To(f32, f32),
    Line(f32, f32),
    Curve([(f32, f32); 3]),
    Close,
}

/// How a series is told apart: by its tone and by what its areas are filled with.
#[derive(Clone, Copy)]
enum Filling {
    Plain(Tone),
    Hatched(Tone),
    Dotted(Tone),
    Crossed(Tone),
}

/// As the screen has them: the same tones, the same patterns.
const FILLINGS: [Filling; 8] = [
    Filling::Plain(MAIN),
    Filling::Plain(SECOND),
    Filling::Hatched(MAIN),
    Filling::Plain(THIRD),
    Filling::Hatched(FOURTH),
    Filling::Plain(FOURTH),
    Filling::Dotted(MAIN),
    Filling::Crossed(FOURTH),
];
/// Tone and dashes of a series drawn as a line.
const LINES: [(Tone, &[f32]); 8] = [
    (MAIN, &[]),
    (SECOND, &[5.0, 3.0]),
    (MAIN, &[1.0, 3.0]),
    (FOURTH, &[]),
    (FOURTH, &[5.0, 3.0]),
    (FOURTH, &[1.0, 3.0]),
    (SECOND, &[]),
    (SECOND, &[8.0, 2.0, 2.0, 2.0]),
];

/// One page.
pub(super) struct Ink {
    content: Content,
    height: f32,
    /// A letter was missing somewhere.
    pub lost: bool,
}

impl Ink {
    pub fn new(height: f32) -> Ink {
        Ink { content: Content::new(), height, lost: false }
    }

    /// The finished content.
    pub fn done(self) -> Vec<u8> {
        self.content.finish().to_vec()
    }

    /// A text that begins here; `y` is its base line.
    pub fn text(&mut self, x: f32, y: f32, face: Type, text: &str) {
        let Encoded { codes, marks, lost } = letters::encoded(text);
        self.lost |= lost;
        if codes.is_empty() {
            return;
        }
        let (r, g, b) = face.tone;
        self.content.set_fill_rgb(r, g, b);
        if !marks.is_empty() {
            // whoever searches or copies gets the text as it is
            self.content.begin_marked_content_with_properties(Name(b"Span")).properties().actual_text(TextStr(text));
        }
        self.content.begin_text().set_font(if face.bold { BOLD } else { REGULAR }, face.size);
        self.content.next_line(x, self.height - y).show(Str(&codes)).end_text();
        if !marks.is_empty() {
            self.content.end_marked_content();
        }
        let scale = face.size / 1000.0;
        for mark in marks {
            let from = letters::advance(&codes[..mark.at], face.bold);
            let place = |(px, py): (f32, f32)| (x + (from + px) * scale, y - py * scale);
            let legs = mark.legs(letters::advance(&codes[mark.at..=mark.at], face.bold)).into_iter().map(|leg| match leg {
                Leg::To(px, py) => {
                    let (px, py) = place((px, py));
                    Leg::To(px, py)
                }
                Leg::Line(px, py) => {
                    let (px, py) = place((px, py));
                    Leg::Line(px, py)
                }
                Leg::Curve(points) => Leg::Curve(points.map(place)),
                Leg::Close => Leg::Close,
            });
            self.stroke(&legs.collect::<Vec<_>>(), accents::stroke(mark.sign, face.bold) * scale, face.tone, &[]);
        }
    }
    /// A text that ends here.
    pub fn text_end(&mut self, x: f32, y: f32, face: Type, text: &str) {
        self.text(x - face.width(text), y, face, text);
    }
    /// A text with its middle here.
    pub fn text_middle(&mut self, x: f32, y: f32, face: Type, text: &str) {
        self.text(x - face.width(text) / 2.0, y, face, text);
    }

    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), wide: f32, tone: Tone) {
        self.stroke(&[Leg::To(from.0, from.1), Leg::Line(to.0, to.1)], wide, tone, &[]);
    }

    pub fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, tone: Tone) {
        self.fill(&rect(x, y, w, h), tone);
    }

    /// A bar of series `n`.
    pub fn bar(&mut self, x: f32, y: f32, w: f32, h: f32, n: usize) {
        self.shape(&rect(x, y, w, h), (x, y, w, h), n);
    }

    /// A line of series `n` through these points.
    pub fn way(&mut self, points: &[(f32, f32)], n: usize) {
        let (tone, dashes) = LINES[n % LINES.len()];
        let legs: Vec<Leg> =
            points.iter().enumerate().map(|(n, (x, y))| if n == 0 { Leg::To(*x, *y) } else { Leg::Line(*x, *y) }).collect();
        self.stroke(&legs, 1.6, tone, dashes);
    }

    /// The area under a line of series `n`.
    pub fn area(&mut self, points: &[(f32, f32)], n: usize) {
        let (r, g, b) = LINES[n % LINES.len()].0;
        let pale = |c: f32| 1.0 - (1.0 - c) * 0.16;
        let legs = points.iter().enumerate().map(|(n, (x, y))| if n == 0 { Leg::To(*x, *y) } else { Leg::Line(*x, *y) });
        self.fill(&legs.chain([Leg::Close]).collect::<Vec<_>>(), (pale(r), pale(g), pale(b)));
    }

    /// A point of series `n`.
    pub fn point(&mut self, x: f32, y: f32, n: usize) {
        let (tone, _) = LINES[n % LINES.len()];
        self.fill(&circle(x, y, 2.2), WHITE);
        self.stroke(&circle(x, y, 2.2), 1.2, tone, &[]);
    }

    /// A part of a ring, from one share of the circle to another; as series `n`.
    pub fn ring(&mut self, middle: (f32, f32), outer: f32, inner: f32, (from, to): (f32, f32), n: usize) {
        let legs = ring(middle, outer, inner, from, to);
        self.shape(&legs, (middle.0 - outer, middle.1 - outer, outer * 2.0, outer * 2.0), n);
        self.stroke(&legs, 1.2, WHITE, &[]);
    }

    /// Tone of a step of a heat map: 0 for nothing, 4 for the most.
    pub fn heat(step: u8) -> Tone {
        let share = f32::from(step.min(4)) * 0.16;
        let mixed = |c: f32| 1.0 - (1.0 - c) * share;
        if step == 0 { WHITE } else { (mixed(MAIN.0), mixed(MAIN.1), mixed(MAIN.2)) }
    }

    fn shape(&mut self, legs: &[Leg], bounds: (f32, f32, f32, f32), n: usize) {
        let filling = FILLINGS[n % FILLINGS.len()];
        let tone = match filling {
            Filling::Plain(tone) => return self.fill(legs, tone),
            Filling::Hatched(tone) | Filling::Dotted(tone) | Filling::Crossed(tone) => tone,
        };
        self.content.save_state();
        self.path(legs);
        self.content.clip_nonzero().end_path();
        match filling {
            Filling::Dotted(_) => self.dots(bounds, tone),
            Filling::Crossed(_) => {
                self.hatch(bounds, tone, 0.9, false);
                self.hatch(bounds, tone, 0.9, true);
            }
            _ => self.hatch(bounds, tone, 1.5, false),
        }
        self.content.restore_state();
        self.stroke(legs, 0.7, tone, &[]);
    }

    fn hatch(&mut self, (x, y, w, h): (f32, f32, f32, f32), tone: Tone, wide: f32, falling: bool) {
        let mut at = 0.0;
        while at < w + h {
            let (from, to) = if falling { ((x + at - h, y), (x + at, y + h)) } else { ((x + at, y), (x + at - h, y + h)) };
            self.line(from, to, wide, tone);
            at += 4.5;
        }
    }

    fn dots(&mut self, (x, y, w, h): (f32, f32, f32, f32), tone: Tone) {
        let mut down = 2.5;
        while down < h + 2.5 {
            let mut across = 2.5;
            while across < w + 2.5 {
                self.fill(&circle(x + across, y + down, 1.2), tone);
                across += 5.0;
            }
            down += 5.0;
        }
    }

    fn path(&mut self, legs: &[Leg]) {
        let up = self.height;
        for leg in legs {
            match *leg {
                Leg::To(x, y) => self.content.move_to(x, up - y),
                Leg::Line(x, y) => self.content.line_to(x, up - y),
                Leg::Curve([a, b, c]) => self.content.cubic_to(a.0, up - a.1, b.0, up - b.1, c.0, up - c.1),
                Leg::Close => self.content.close_path(),
            };
        }
    }

    fn fill(&mut self, legs: &[Leg], (r, g, b): Tone) {
        self.content.set_fill_rgb(r, g, b);
        self.path(legs);
        self.content.fill_nonzero();
    }

    fn stroke(&mut self, legs: &[Leg], wide: f32, (r, g, b): Tone, dashes: &[f32]) {
        self.content.set_stroke_rgb(r, g, b).set_line_width(wide);
        self.content.set_dash_pattern(dashes.iter().copied(), 0.0);
        self.path(legs);
        self.content.stroke();
    }
}

fn rect(x: f32, y: f32, w: f32, h: f32) -> [Leg; 5] {
    [Leg::To(x, y), Leg::Line(x + w, y), Leg::Line(x + w, y + h), Leg::Line(x, y + h), Leg::Close]
}

fn circle(x: f32, y: f32, r: f32) -> [Leg; 6] {
    let c = r * CURVE;
    [
        Leg::To(x + r, y),
        Leg::Curve([(x + r, y + c), (x + c, y + r), (x, y + r)]),
        Leg::Curve([(x - c, y + r), (x - r, y + c), (x - r, y)]),
        Leg::Curve([(x - r, y - c), (x - c, y - r), (x, y - r)]),
        Leg::Curve([(x + c, y - r), (x + r, y - c), (x + r, y)]),
        Leg::Close,
    ]
}

/// Shares of a circle begin above and run with the clock.
fn ring((x, y): (f32, f32), outer: f32, inner: f32, from: f32, to: f32) -> Vec<Leg> {
    let steps = ((to - from) * 8.0).ceil().max(1.0);
    let angle = |share: f32| (share - 0.25) * std::f32::consts::TAU;
    let at = |share: f32, r: f32| (x + r * angle(share).cos(), y + r * angle(share).sin());
    let arc = |legs: &mut Vec<Leg>, a: f32, b: f32, r: f32| {
        let bend = 4.0 / 3.0 * ((angle(b) - angle(a)) / 4.0).tan() * r;
        let ((ax, ay), (bx, by)) = (at(a, r), at(b, r));
        let (sa, ca, sb, cb) = (angle(a).sin(), angle(a).cos(), angle(b).sin(), angle(b).cos());
        legs.push(Leg::Curve([(ax - bend * sa, ay + bend * ca), (bx + bend * sb, by - bend * cb), (bx, by)]));
    };
    let step = |n: f32| from + (to - from) * n / steps;
    let mut legs = vec![Leg::To(at(from, outer).0, at(from, outer).1)];
    let count = steps as u16;
    for n in 0..count {
        arc(&mut legs, step(f32::from(n)), step(f32::from(n) + 1.0), outer);
    }
    legs.push(Leg::Line(at(to, inner).0, at(to, inner).1));
    for n in (0..count).rev() {
        arc(&mut legs, step(f32::from(n) + 1.0), step(f32::from(n)), inner);
    }
    legs.push(Leg::Close);
    legs
}
