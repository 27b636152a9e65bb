//! Pages of a paper and the place on them: what does not fit goes on on the next one.

use super::ink::{BLACK, Ink, RULE, Type};
use super::letters;

/// A4 in points, upright.
const A4: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 40.0;
/// Room under the content for the line at the foot.
const FOOT: f32 = 34.0;
/// Room above the content of pages after the first.
const HEAD: f32 = 26.0;

pub(super) struct Sheets {
    pub pages: Vec<Ink>,
    wide: bool,
    /// Where the next thing begins.
    pub y: f32,
    title: String,
}

impl Sheets {
    pub fn new(wide: bool, title: &str) -> Sheets {
        let mut sheets = Sheets { pages: Vec::new(), wide, y: 0.0, title: title.to_string() };
        sheets.turn();
        sheets
    }

    /// Width between the margins of a page.
    pub fn width_of(wide: bool) -> f32 {
        if wide { A4.1 - 2.0 * MARGIN } else { A4.0 - 2.0 * MARGIN }
    }

    pub fn size(&self) -> (f32, f32) {
        if self.wide { (A4.1, A4.0) } else { A4 }
    }
    pub fn left(&self) -> f32 {
        MARGIN
    }
    pub fn right(&self) -> f32 {
        self.size().0 - MARGIN
    }
    pub fn width(&self) -> f32 {
        Sheets::width_of(self.wide)
    }
    fn bottom(&self) -> f32 {
        self.size().1 - MARGIN - FOOT + 14.0
    }

    /// The page that is written on.
    pub fn ink(&mut self) -> &mut Ink {
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Begins the next page, with what the paper is about above.
    pub fn turn(&mut self) {
        let (height, first) = (self.size().1, self.pages.is_empty());
        self.pages.push(Ink::new(height));
        self.y = MARGIN;
        if !first {
            let (left, right, title) = (self.left(), self.right(), letters::shortened(&self.title, 8.0, false, self.width()));
            self.ink().text(left, MARGIN + 6.0, Type::new(8.0).grey(), &title);
            self.ink().line((left, MARGIN + 12.0), (right, MARGIN + 12.0), 0.5, RULE);
            self.y += HEAD;
        }
    }

    /// Sees to it that so much fits on this page; true when a page was begun for it.
    pub fn room(&mut self, height: f32) -> bool {
        let fits = self.y + height <= self.bottom();
        if !fits {
            self.turn();
        }
        !fits
    }

    /// A text over as many lines as it takes.
    pub fn paragraph(&mut self, face: Type, text: &str) {
        let (left, width, step) = (self.left(), self.width(), face.size * 1.36);
        for line in letters::wrapped(text, face.size, face.bold, width) {
            self.room(step);
            let y = self.y + face.size;
            self.ink().text(left, y, face, &line);
            self.y += step;
        }
    }

    /// What stands at the foot of every page, now that their number is known.
    pub fn foot(&mut self, words: &str, page: &dyn Fn(usize, usize) -> String) {
        let (left, right, y, all) = (self.left(), self.right(), self.size().1 - MARGIN + 4.0, self.pages.len());
        for (n, ink) in self.pages.iter_mut().enumerate() {
            let number = page(n + 1, all);
            let face = Type { tone: BLACK, ..Type::new(8.0) };
            let room = right - left - face.width(&number) - 20.0;
            ink.text(left, y, Type::new(8.0).grey(), &letters::shortened(words, 8.0, false, room));
            ink.text_end(right, y, face, &number);
        }
    }
}
