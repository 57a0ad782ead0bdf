//! Lines and columns for byte offsets.

use std::sync::OnceLock;

use super::Position;

/// Counts lines in one text: asked for any offset, it reads no more than a block.
#[derive(Debug)]
pub(crate) struct Places<'t> {
    text: &'t str,
    /// The number of line ends before each block, counted when first asked.
    blocks: OnceLock<Vec<usize>>,
}

const BLOCK: usize = 16 * 1024;

impl<'t> Places<'t> {
    /// Of this text; nothing is counted yet.
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, blocks: OnceLock::new() }
    }

    /// The line and column, from 1, of a byte offset.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        let block = before.len() / BLOCK;
        let counted = self.blocks().get(block).copied().unwrap_or(0);
        let rest = before.get(block * BLOCK..).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = self.text.get(start..before.len()).unwrap_or_default();
        Position {
            line: counted + memchr::memchr_iter(b'\n', rest).count() + 1,
            column: line.trim_start_matches('\u{feff}').chars().count() + 1,
        }
    }

    fn blocks(&self) -> &[usize] {
        self.blocks.get_or_init(|| {
            let mut lines = 0;
            let count = |block: &[u8]| {
                let before = lines;
                lines += memchr::memchr_iter(b'\n', block).count();
                before
            };
            let mut blocks: Vec<usize> = self.text.as_bytes().chunks(BLOCK).map(count).collect();
            blocks.push(lines);
            blocks
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = format!("\u{feff}a: ü1\n{}b: 2", "x\n".repeat(BLOCK));
        let places = Places::new(&text);
        let at = |line, column| Position { line, column };
        assert_eq!(places.position(0), at(1, 1));
        assert_eq!(places.position(text.find('1').unwrap()), at(1, 5));
        assert_eq!(places.position(text.find('2').unwrap()), at(BLOCK + 2, 4));
        assert_eq!(places.position(text.len() + 9), at(BLOCK + 2, 5));
    }
}
