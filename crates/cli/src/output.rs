//! Results for people and for programs.

use serde::Serialize;

/// How to print results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// Prints a result: as JSON, or as the lines that `table` makes of it.
///
/// # Errors
/// If it is no JSON.
pub fn print<T: Serialize>(
    format: Format,
    value: &T,
    table: impl FnOnce(&T) -> Vec<Vec<String>>,
) -> anyhow::Result<()> {
    match format {
        Format::Json => println!("{}", serde_json::to_string_pretty(value)?),
        Format::Table => print_table(&table(value)),
    }
    Ok(())
}

/// Says what was done: as JSON, or in a sentence.
///
/// # Errors
/// If it is no JSON.
pub fn say(format: Format, value: &serde_json::Value, sentence: &str) -> anyhow::Result<()> {
    print(format, value, |_| vec![row([sentence])])
}

/// Prints rows in columns as wide as their widest cell.
pub fn print_table(rows: &[Vec<String>]) {
    columns(rows).iter().for_each(|line| println!("{line}"));
}

/// Lines of cells that stand below each other.
pub fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// A row of a table.
pub fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
