//! Where edges touch nodes: on the sides, in the order of what they lead to, so that lines run
//! from left to right and cross as little as the columns allow.

use rusty_mermaid_core::Point;

/// Space between two edges at a side, at most.
const PORT_SPACE: f64 = 11.0;
/// Part of a side that stays free at its ends.
const CORNER: f64 = 8.0;
/// How far an edge runs straight before it turns.
const STRAIGHT: f64 = 16.0;
/// How far an arrow's tip stays from the node, so that the head does not touch the border.
const TIP_SPACE: f64 = 3.0;

/// A node as a port sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card {
    pub(super) center: (f64, f64),
    pub(super) size: (f64, f64),
    /// How far further replicas stick out on the right.
    pub(super) stack: f64,
}

/// A line between two cards, given by their numbers.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// One end of a line: which node and side it touches, and the height of what it leads to.
#[derive(Debug, Clone, Copy)]
struct End {
    card: usize,
    side: Side,
    line: usize,
    is_start: bool,
    toward: f64,
}

/// Moves the ends of lines to ports. Lines from a node to itself stay as they are.
pub(super) fn assign(cards: &[Card], lines: &mut [Line]) {
    let mut ends: Vec<End> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let count = line.points.len();
        if line.from == line.to || count < 2 {
            continue;
        }
        let forward = cards[line.from].center.0 <= cards[line.to].center.0;
        let (out, into) = if forward {
            (Side::Right, Side::Left)
        } else {
            (Side::Left, Side::Right)
        };
        let (second, last_but_one) = match count {
            2 => (cards[line.to].center.1, cards[line.from].center.1),
            _ => (line.points[1].y, line.points[count - 2].y),
        };
        let end = |card, side, is_start, toward| End {
            card,
            side,
            line: index,
            is_start,
            toward,
        };
        ends.push(end(line.from, out, true, second));
        ends.push(end(line.to, into, false, last_but_one));
    }
    ends.sort_by(|one, other| {
        let places = (one.card, one.side).cmp(&(other.card, other.side));
        let heights = one.toward.total_cmp(&other.toward);
        places.then(heights).then(one.line.cmp(&other.line))
    });
    for side in ends.chunk_by(|one, other| (one.card, one.side) == (other.card, other.side)) {
        for (place, end) in side.iter().enumerate() {
            attach(
                &cards[end.card],
                &mut lines[end.line],
                end,
                (place, side.len()),
            );
        }
    }
}

fn attach(card: &Card, line: &mut Line, end: &End, (place, count): (usize, usize)) {
    let room = (card.size.1 - 2.0 * CORNER) / count.max(1) as f64;
    let space = room.min(PORT_SPACE);
    let y = card.center.1 + (place as f64 - (count as f64 - 1.0) / 2.0) * space;
    let outward = if end.side == Side::Right { 1.0 } else { -1.0 };
    let stack = if end.side == Side::Right {
        card.stack
    } else {
        0.0
    };
    let tip = if end.is_start { 0.0 } else { TIP_SPACE };
    let x = card.center.0 + outward * (card.size.0 / 2.0 + stack + tip);
    let (port, turn) = (Point::new(x, y), Point::new(x + outward * STRAIGHT, y));
    if end.is_start {
        line.points[0] = turn;
        line.points.insert(0, port);
    } else {
        let last = line.points.len() - 1;
        line.points[last] = turn;
        line.points.push(port);
    }
}
