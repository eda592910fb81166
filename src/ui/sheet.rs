//! Rows and columns as a table for people or as CSV. The only file that knows comfy-table and csv.

use std::cmp::Reverse;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text;

/// Blanks between columns where there is room, and where there is not.
const GAP: usize = 2;
const NARROW_GAP: usize = 1;
/// A column of names, or of sentences, that has to give way keeps so much while other columns can be given up.
const NAME_MIN: usize = 48;
const SENTENCE_MIN: usize = 20;
/// It keeps so much whatever comes.
const FOLDED_MIN: usize = 10;

/// What a column holds, and so how it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Names,
    Addresses,
    Words,
    Whole,
    Numbers,
}

/// One column's title and behaviour.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    holds: Holds,
    dropped: Option<u8>,
}

impl Column {
    const fn new(title: &'static str, holds: Holds) -> Column {
        Column { title, holds, dropped: None }
    }

    /// Gives the column up where the terminal is too narrow for all; those of a lower rank go first, then
    /// those further right.
    pub const fn dropped(self, rank: u8) -> Column {
        Column { dropped: Some(rank), ..self }
    }

    /// Returns how narrow the column may be made before others are given up for it.
    fn least(&self, width: usize) -> usize {
        match self.holds {
            Holds::Names | Holds::Addresses => width.min(NAME_MIN),
            Holds::Words => width.min(SENTENCE_MIN),
            Holds::Whole | Holds::Numbers => width,
        }
    }
}

/// A column of names, folded only where the terminal has no room for the longest.
pub const fn names(title: &'static str) -> Column {
    Column::new(title, Holds::Names)
}

/// A column of addresses, which are shortened in the middle where the terminal has no room.
pub const fn addresses(title: &'static str) -> Column {
    Column::new(title, Holds::Addresses)
}

/// A column of text that may be folded onto several lines.
pub const fn words(title: &'static str) -> Column {
    Column::new(title, Holds::Words)
}

/// A column of text that stays on one line.
pub const fn whole(title: &'static str) -> Column {
    Column::new(title, Holds::Whole)
}

/// A column of numbers: on the right, on one line.
pub const fn numbers(title: &'static str) -> Column {
    Column::new(title, Holds::Numbers)
}

/// Draws a table; every cell is made safe. Where a width is given, lines fit it: columns that may be dropped are, then
/// text is folded; numbers stay whole.
pub fn table(columns: &[Column], rows: &[Vec<String>], width: Option<u16>) -> String {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| text::safe(cell).into_owned()).collect()).collect();
    let Layout { kept, gap } = layout(columns, &cells, width.map(usize::from));
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(kept.iter().map(|&(index, _)| columns[index].title));
    for row in &cells {
        table.add_row(kept.iter().map(|&(index, width)| match columns[index].holds {
            Holds::Addresses => shortened(&row[index], width),
            _ => fold(&row[index], width),
        }));
    }
    for (drawn, &(index, _)) in kept.iter().enumerate() {
        if let Some(drawn) = table.column_mut(drawn) {
            // The gap stands behind: lines begin where other text does.
            drawn.set_padding((0, gap as u16));
            if columns[index].holds == Holds::Numbers {
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

/// Which columns are drawn, how wide each is, and the gap between them.
struct Layout {
    kept: Vec<(usize, usize)>,
    gap: usize,
}

fn layout(columns: &[Column], cells: &[Vec<String>], width: Option<usize>) -> Layout {
    let content = |index: usize| cells.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).max();
    let mut kept: Vec<(usize, usize)> =
        columns.iter().enumerate().map(|(i, c)| (i, c.title.width().max(content(i).unwrap_or(0)))).collect();
    let Some(width) = width else { return Layout { kept, gap: GAP } };
    let over = |widths: &mut dyn Iterator<Item = usize>, gap: usize| {
        let (sum, count) = widths.fold((0, 0_usize), |(sum, count), width| (sum + width, count + 1));
        (sum + gap * count.saturating_sub(1)).saturating_sub(width)
    };
    while over(&mut kept.iter().map(|&(i, width)| columns[i].least(width)), NARROW_GAP) > 0 {
        let droppable = kept.iter().enumerate().filter_map(|(at, &(i, _))| Some((columns[i].dropped?, Reverse(at))));
        let Some((_, Reverse(at))) = droppable.min() else { break };
        kept.remove(at);
    }
    let gap = if over(&mut kept.iter().map(|&(_, width)| width), GAP) == 0 { GAP } else { NARROW_GAP };
    // First down to what is still easily read, then to what can be read at all; the widest text gives way first.
    for least in [|column: &Column, width| column.least(width), |_: &Column, width: usize| width.min(FOLDED_MIN)] {
        for _ in 0..columns.len() {
            let excess = over(&mut kept.iter().map(|&(_, width)| width), gap);
            let may_fold = |&&mut (i, width): &&mut (usize, usize)| {
                !matches!(columns[i].holds, Holds::Whole | Holds::Numbers) && width > least(&columns[i], width)
            };
            match kept.iter_mut().filter(may_fold).max_by_key(|(_, width)| *width) {
                Some((i, width)) if excess > 0 => {
                    *width = width.saturating_sub(excess).max(least(&columns[*i], *width))
                }
                _ => break,
            }
        }
    }
    Layout { kept, gap }
}

/// Writes a sentence in lines of at most so many columns, broken at blanks, each after so many blanks.
pub fn sentence(text: &str, indent: usize, width: Option<u16>) -> String {
    let most = width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(indent));
    let (mut out, mut line) = (String::new(), String::new());
    let blanks = " ".repeat(indent);
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > most {
            out.push_str(&format!("{blanks}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    format!("{out}{blanks}{line}\n")
}

/// Leaves out so much of an address's middle that it has at most so many columns. Of its end more stays than of its
/// beginning: one machine's addresses begin alike.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let end_room = room * 2 / 3;
    let of = |chars: &mut dyn Iterator<Item = char>, room: usize| {
        let mut used = 0;
        let fits = |c: &char| {
            used += c.width().unwrap_or(0);
            used <= room
        };
        chars.take_while(fits).collect::<String>()
    };
    let end: String = of(&mut text.chars().rev(), end_room).chars().rev().collect();
    format!("{}…{end}", of(&mut text.chars(), room - end_room))
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
    fn a_narrow_terminal_costs_columns_before_it_costs_names() {
        let columns = [names("name"), numbers("new"), numbers("old").dropped(2), numbers("seconds").dropped(1)];
        let rows = [vec!["a_name_of_thirty_five_columns_____x", "1,234", "5,678", "9.0"]];
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        for (width, header, lines) in [
            (None, "name new old seconds", 2),
            (Some(80), "name new old seconds", 2),
            (Some(54), "name new old", 2),
            (Some(47), "name new old", 2),
            (Some(46), "name new", 2),
            (Some(30), "name new", 3),
        ] {
            let drawn = table(&columns, &rows, width);
            let first: Vec<&str> = drawn.lines().next().unwrap_or_default().split_whitespace().collect();
            assert_eq!((first.join(" ").as_str(), drawn.lines().count()), (header, lines), "{width:?}\n{drawn}");
            assert!(drawn.contains("1,234") && drawn.lines().all(|line| line.width() <= width.unwrap_or(99).into()));
        }
    }

    #[test]
    fn sentences_are_broken_at_blanks() {
        assert_eq!(sentence("one list for each_of these", 2, Some(12)), "  one list\n  for\n  each_of\n  these\n");
        assert_eq!(sentence("one list", 2, None), "  one list\n");
        assert_eq!(sentence("", 0, Some(80)), "\n");
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
    fn an_address_loses_its_middle() {
        for (text, width, wanted) in [
            ("https://a.example/x/12345/taxes", 31, "https://a.example/x/12345/taxes"),
            ("https://a.example/x/12345/taxes", 20, "https:/…/12345/taxes"),
            ("株式会社株式会社", 9, "株…会社"),
            ("abc", 1, "…"),
        ] {
            assert_eq!(shortened(text, width), wanted);
        }
        let row = vec!["we_1PqRsTuVwXyZaBcDeFgHiJkL".to_owned(), format!("https://a.example/{}/taxes", "x".repeat(60))];
        let drawn = table(
            &[names("id"), addresses("url"), whole("more").dropped(1)],
            &[[row, vec!["m".into()]].concat()],
            Some(60),
        );
        assert_eq!(drawn.lines().count(), 2, "{drawn}");
        assert!(drawn.contains("we_1PqRsTuVwXyZaBcDeFgHiJkL https://a.e…") && drawn.ends_with("/taxes\n"), "{drawn}");
    }

    #[test]
    fn csv_quotes_and_disarms() {
        let rows = [vec!["=1+1".to_owned(), "a,b".to_owned()], vec!["-5".to_owned(), "say \"x\"".to_owned()]];
        assert_eq!(csv(&["a", "b"], &rows), "a,b\n'=1+1,\"a,b\"\n-5,\"say \"\"x\"\"\"\n");
    }
}
