//! The glyphs of kinds: outlines in a square of 22 pixels.

use super::Kind;
use crate::svg::Path;

/// The outline of a kind's glyph around `center`.
pub(super) fn path(kind: Kind, center: (f64, f64)) -> String {
    let mut pen = Pen {
        path: Path::default(),
        center,
    };
    match kind {
        Kind::Client => client(&mut pen),
        Kind::Balancer => balancer(&mut pen),
        Kind::Service => service(&mut pen),
        Kind::Cache => cache(&mut pen),
        Kind::Database => database(&mut pen),
        Kind::Queue => queue(&mut pen),
    }
    pen.path.as_str().to_owned()
}

struct Pen {
    path: Path,
    center: (f64, f64),
}

impl Pen {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.center.0 + x, self.center.1 + y)
    }

    fn line(&mut self, points: &[(f64, f64)]) {
        for (index, point) in points.iter().enumerate() {
            let point = self.at(*point);
            if index == 0 {
                self.path.move_to(point)
            } else {
                self.path.line_to(point)
            }
        }
    }

    fn shape(&mut self, points: &[(f64, f64)]) {
        self.line(points);
        self.path.close();
    }

    fn arc(&mut self, radii: (f64, f64), sweep: bool, to: (f64, f64)) {
        let to = self.at(to);
        self.path.arc_to(radii, [false, sweep], to);
    }
}

/// A person.
fn client(pen: &mut Pen) {
    pen.line(&[(-4.0, -4.0)]);
    pen.arc((4.0, 4.0), true, (4.0, -4.0));
    pen.arc((4.0, 4.0), true, (-4.0, -4.0));
    pen.path.close();
    pen.line(&[(-8.0, 9.0)]);
    pen.arc((8.0, 7.0), true, (8.0, 9.0));
    pen.path.close();
}

/// One line that becomes three.
fn balancer(pen: &mut Pen) {
    pen.line(&[(-10.0, 0.0), (9.0, 0.0)]);
    pen.line(&[(-4.0, 0.0), (1.0, -7.0), (9.0, -7.0)]);
    pen.line(&[(-4.0, 0.0), (1.0, 7.0), (9.0, 7.0)]);
    for y in [-7.0, 0.0, 7.0] {
        pen.line(&[(6.0, y - 2.5), (9.0, y), (6.0, y + 2.5)]);
    }
}

/// Two units in a rack.
fn service(pen: &mut Pen) {
    for top in [-9.0, 1.0] {
        pen.shape(&[(-9.0, top), (9.0, top), (9.0, top + 8.0), (-9.0, top + 8.0)]);
        pen.line(&[(-5.5, top + 4.0), (-5.0, top + 4.0)]);
        pen.line(&[(-1.0, top + 4.0), (5.5, top + 4.0)]);
    }
}

/// A flash.
fn cache(pen: &mut Pen) {
    pen.shape(&[
        (2.0, -10.0),
        (-6.5, 2.0),
        (-0.5, 2.0),
        (-2.0, 10.0),
        (6.5, -2.5),
        (0.5, -2.5),
    ]);
}

/// A drum.
fn database(pen: &mut Pen) {
    let radii = (8.5, 3.0);
    pen.line(&[(-8.5, -6.5)]);
    pen.arc(radii, true, (8.5, -6.5));
    pen.arc(radii, true, (-8.5, -6.5));
    pen.line(&[(-8.5, -6.5), (-8.5, 6.5)]);
    pen.arc(radii, false, (8.5, 6.5));
    pen.line(&[(8.5, 6.5), (8.5, -6.5)]);
    pen.line(&[(-8.5, 0.0)]);
    pen.arc(radii, false, (8.5, 0.0));
}

/// A row of slots.
fn queue(pen: &mut Pen) {
    pen.shape(&[(-10.0, -5.5), (10.0, -5.5), (10.0, 5.5), (-10.0, 5.5)]);
    for x in [-5.0, 0.0, 5.0] {
        pen.line(&[(x, -5.5), (x, 5.5)]);
    }
}
