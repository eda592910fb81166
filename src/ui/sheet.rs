//! Rows and columns as a table for people or as CSV. The only file that knows comfy-table and csv.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text;

/// Blanks between columns where there is room, and where there is not.
const GAP: usize = 2;
const NARROW_GAP: usize = 1;
/// A column of text that has to give way keeps so much.
const FOLDED_MIN: usize = 10;

/// What a column holds, and so how it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Words,
    Whole,
    Numbers,
}

/// One column's title and behaviour.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    holds: Holds,
}

/// A column of text that may be folded onto several lines.
pub const fn words(title: &'static str) -> Column {
    Column { title, holds: Holds::Words }
}

/// A column of text that stays on one line.
pub const fn whole(title: &'static str) -> Column {
    Column { title, holds: Holds::Whole }
}

/// A column of numbers: on the right, on one line.
pub const fn numbers(title: &'static str) -> Column {
    Column { title, holds: Holds::Numbers }
}

/// Draws a table; every cell is made safe. Where a width is given, text is folded so that lines fit it; numbers stay whole.
pub fn table(columns: &[Column], rows: &[Vec<String>], width: Option<u16>) -> String {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| text::safe(cell).into_owned()).collect()).collect();
    let (widths, gap) = layout(columns, &cells, width.map(usize::from));
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|column| column.title));
    for row in &cells {
        table.add_row(row.iter().zip(&widths).map(|(cell, width)| fold(cell, *width)));
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(drawn) = table.column_mut(index) {
            // The gap stands behind: lines begin where other text does.
            drawn.set_padding((0, gap as u16));
            if column.holds == Holds::Numbers {
                drawn.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let mut out = String::new();
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Returns the columns' widths and the gap between them.
fn layout(columns: &[Column], cells: &[Vec<String>], width: Option<usize>) -> (Vec<usize>, usize) {
    let content = |index: usize| cells.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).max();
    let mut widths: Vec<usize> =
        columns.iter().enumerate().map(|(i, column)| column.title.width().max(content(i).unwrap_or(0))).collect();
    let Some(width) = width else { return (widths, GAP) };
    let excess = |widths: &[usize], gap: usize| {
        (widths.iter().sum::<usize>() + gap * columns.len().saturating_sub(1)).saturating_sub(width)
    };
    let gap = if excess(&widths, GAP) == 0 { GAP } else { NARROW_GAP };
    // The widest text gives way first; each round settles one column or the whole.
    for _ in 0..columns.len() {
        let over = excess(&widths, gap);
        let widest = (0..columns.len())
            .filter(|&i| columns[i].holds == Holds::Words && widths[i] > FOLDED_MIN)
            .max_by_key(|&i| widths[i]);
        match widest {
            Some(index) if over > 0 => widths[index] = widths[index].saturating_sub(over).max(FOLDED_MIN),
            _ => break,
        }
    }
    (widths, gap)
}

/// Breaks a text into lines of at most so many columns, after blanks and underscores where there are any.
fn fold(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for piece in text.split_inclusive([' ', '_', ':']) {
        if !line.is_empty() && line.width() + piece.trim_end().width() > width {
            out.push_str(line.trim_end());
            out.push('\n');
            line.clear();
        }
        for c in piece.chars() {
            if !line.is_empty() && line.width() + c.width().unwrap_or(0) > width && c != ' ' {
                out.push_str(&line);
                out.push('\n');
                line.clear();
            }
            line.push(c);
        }
    }
    out + line.trim_end()
}

/// Writes CSV with a header; no cell is taken for a formula.
pub fn csv(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cannot_fail = "memory takes every byte, and all rows are as long as the header";
    writer.write_record(columns).expect(cannot_fail);
    for row in rows {
        writer.write_record(row.iter().map(|cell| text::unarmed(cell).into_owned())).expect(cannot_fail);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).expect("the cells were text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_aligned_whatever_the_text() {
        let columns = [words("name"), numbers("count")];
        let names = ["plain", "株式会社", "\x1b[31mred\x07", "e\u{301}e\u{301}", "a\u{202e}b"];
        let rows: Vec<_> = names.iter().map(|name| vec![(*name).to_owned(), "7".to_owned()]).collect();
        let drawn = table(&columns, &rows, Some(80));
        let widths: Vec<usize> = drawn.lines().map(UnicodeWidthStr::width).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{drawn}");
        assert!(!drawn.chars().any(|c| c != '\n' && c.is_control()), "{drawn:?}");
    }

    #[test]
    fn text_folds_after_underscores_and_loses_nothing() {
        let cases = [
            ("stripe:customers", 16, "stripe:customers"),
            ("stripe:customer_balance_transactions", 20, "stripe:customer_\nbalance_transactions"),
            ("list under each invoice", 12, "list under\neach invoice"),
            ("abcdefghijkl", 5, "abcde\nfghij\nkl"),
            ("", 10, ""),
        ];
        for (text, width, wanted) in cases {
            assert_eq!(fold(text, width), wanted, "{text}");
        }
    }

    #[test]
    fn csv_quotes_and_disarms() {
        let rows = [vec!["=1+1".to_owned(), "a,b".to_owned()], vec!["-5".to_owned(), "say \"x\"".to_owned()]];
        assert_eq!(csv(&["a", "b"], &rows), "a,b\n'=1+1,\"a,b\"\n-5,\"say \"\"x\"\"\"\n");
    }
}
