//! One picture after the other at the same place of a terminal. Pure.

use unicode_width::UnicodeWidthChar;

/// Where the terminal does not tell its size.
const SIZE_USUAL: (u16, u16) = (24, 80);
/// What stands below a picture.
const FOOTER: &str = "every 2 s; Ctrl-C ends";

/// How many lines of the last picture are above the cursor.
#[derive(Debug, Default)]
pub struct Redraw {
    lines: usize,
}

impl Redraw {
    /// Returns what draws a text over the last one, cut to a terminal of so many rows and columns: what scrolled away
    /// could not be drawn over, and a line that broke would be two.
    pub fn picture(&mut self, text: &str, size: Option<(u16, u16)>) -> String {
        let (rows, columns) = size.unwrap_or(SIZE_USUAL);
        let (rows, columns) = (usize::from(rows.max(4)), usize::from(columns.max(1)));
        let all: Vec<&str> = text.lines().collect();
        // The footer and the line of the cursor, which holds the echo of a Ctrl-C, stand below.
        let room = rows - 2;
        let mut lines: Vec<String> = all.iter().take(room).map(|line| cut(line, columns)).collect();
        if all.len() > room {
            lines.truncate(room - 1);
            lines.push(cut(&format!("… {} lines more than the terminal has room for", all.len() - room + 1), columns));
        }
        lines.push(cut(FOOTER, columns));
        let up = if self.lines > 0 { format!("\x1b[{}A", self.lines) } else { String::new() };
        self.lines = lines.len();
        format!("{up}\r\x1b[J{}\n", lines.join("\n"))
    }
}

fn cut(line: &str, columns: usize) -> String {
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width <= columns
    };
    line.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_drawn_over_the_last_one() {
        let mut redraw = Redraw::default();
        assert_eq!(redraw.picture("a\nb\n", Some((24, 80))), format!("\r\x1b[Ja\nb\n{FOOTER}\n"));
        assert_eq!(redraw.picture("c\n", Some((24, 80))), format!("\x1b[3A\r\x1b[Jc\n{FOOTER}\n"));
        assert_eq!(redraw.picture("d\n", None), format!("\x1b[2A\r\x1b[Jd\n{FOOTER}\n"));
    }

    #[test]
    fn a_picture_never_scrolls_and_never_breaks_a_line() {
        let mut redraw = Redraw::default();
        let text: String = (0..50).map(|line| format!("line {line} 株式会社 {}\n", "x".repeat(200))).collect();
        for (rows, columns) in [(24, 80), (5, 9), (1, 1)] {
            let drawn = redraw.picture(&text, Some((rows, columns)));
            let lines: Vec<&str> = drawn.split("\x1b[J").nth(1).unwrap_or_default().lines().collect();
            assert!(lines.len() < usize::from(rows.max(4)), "{lines:?}");
            let width = |line: &str| line.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
            assert!(lines.iter().all(|line| width(line) <= columns.into()), "{lines:?}");
        }
        let drawn = redraw.picture(&text, Some((24, 80)));
        assert!(
            drawn.contains("\nline 20 ") && !drawn.contains("line 21") && drawn.contains("… 29 lines more"),
            "{drawn}"
        );
    }
}
