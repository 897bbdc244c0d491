//! Events as one Parquet file: a row an event, with the columns that every event has. What differs by its type stays in
//! `event`, as JSON.

use std::io::{self, Write};
use std::mem::take;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde::Deserialize;

use super::{Exported, Sink};

/// In the order of [`Rows::columns`]. Times are ms since 1970, UTC. `id`, `type` and `at` are the event's own, and null
/// where a foreign event has none.
const SCHEMA: &str = "message events {
    required int64 sequence;
    required int64 received_at (TIMESTAMP(MILLIS,true));
    required binary key (UTF8);
    required binary session (UTF8);
    optional binary visitor (UTF8);
    required binary tab (UTF8);
    required binary batch_id (UTF8);
    required binary template (UTF8);
    optional binary id (UTF8);
    optional binary type (UTF8);
    optional int64 at (TIMESTAMP(MILLIS,true));
    required binary event (JSON);
}";

/// Rows are held in memory until a group of them is written; both bounds keep that small, and groups large enough to
/// compress well.
const GROUP_ROWS: usize = 50_000;
const GROUP_EVENT_BYTES: usize = 16 << 20;

/// What every event says of itself.
#[derive(Deserialize)]
struct Head {
    id: Option<String>,
    #[serde(rename = "type")]
    name: Option<String>,
    at: Option<u64>,
}

enum Column {
    Numbers(Vec<i64>),
    Texts(Vec<ByteArray>),
    MaybeNumbers(Vec<Option<i64>>),
    MaybeTexts(Vec<Option<ByteArray>>),
}

/// The rows of the group that comes next, by column.
#[derive(Default)]
struct Rows {
    sequence: Vec<i64>,
    received_at: Vec<i64>,
    key: Vec<ByteArray>,
    session: Vec<ByteArray>,
    visitor: Vec<Option<ByteArray>>,
    tab: Vec<ByteArray>,
    batch_id: Vec<ByteArray>,
    template: Vec<ByteArray>,
    id: Vec<Option<ByteArray>>,
    name: Vec<Option<ByteArray>>,
    at: Vec<Option<i64>>,
    event: Vec<ByteArray>,
    event_bytes: usize,
}

impl Rows {
    fn is_full(&self) -> bool {
        self.event.len() >= GROUP_ROWS || self.event_bytes >= GROUP_EVENT_BYTES
    }

    fn columns(self) -> [Column; 12] {
        [
            Column::Numbers(self.sequence),
            Column::Numbers(self.received_at),
            Column::Texts(self.key),
            Column::Texts(self.session),
            Column::MaybeTexts(self.visitor),
            Column::Texts(self.tab),
            Column::Texts(self.batch_id),
            Column::Texts(self.template),
            Column::MaybeTexts(self.id),
            Column::MaybeTexts(self.name),
            Column::MaybeNumbers(self.at),
            Column::Texts(self.event),
        ]
    }
}

pub(super) struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    rows: Rows,
}

impl<W: Write + Send> Table<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        let schema = parse_message_type(SCHEMA).expect("the schema above is well formed");
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(cause)?;
        Ok(Self { writer, rows: Rows::default() })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut columns = take(&mut self.rows).columns().into_iter();
        let mut group = self.writer.next_row_group()?;
        while let Some(mut writer) = group.next_column()? {
            let column = columns.next().expect("the schema has as many columns as a row");
            match (column, writer.untyped()) {
                (Column::Numbers(all), ColumnWriter::Int64ColumnWriter(out)) => out.write_batch(&all, None, None)?,
                (Column::Texts(all), ColumnWriter::ByteArrayColumnWriter(out)) => out.write_batch(&all, None, None)?,
                (Column::MaybeNumbers(all), ColumnWriter::Int64ColumnWriter(out)) => {
                    let (there, all) = levels(all);
                    out.write_batch(&all, Some(&there), None)?
                }
                (Column::MaybeTexts(all), ColumnWriter::ByteArrayColumnWriter(out)) => {
                    let (there, all) = levels(all);
                    out.write_batch(&all, Some(&there), None)?
                }
                _ => unreachable!("columns have the types and the order of the schema"),
            };
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }
}

/// Which rows have a value, as definition levels, and the values.
fn levels<T>(all: Vec<Option<T>>) -> (Vec<i16>, Vec<T>) {
    (all.iter().map(|value| i16::from(value.is_some())).collect(), all.into_iter().flatten().collect())
}

impl<W: Write + Send> Sink for Table<W> {
    fn push(&mut self, event: &Exported<'_>) -> io::Result<()> {
        let head = serde_json::from_str(event.event.get()).unwrap_or(Head { id: None, name: None, at: None });
        let rows = &mut self.rows;
        rows.sequence.push(event.sequence.cast_signed());
        rows.received_at.push(event.received_at.cast_signed());
        rows.key.push(event.key.into());
        rows.session.push(event.session.into());
        rows.visitor.push(event.visitor.map(Into::into));
        rows.tab.push(event.tab.into());
        rows.batch_id.push(event.batch_id.into());
        rows.template.push(event.template.into());
        rows.id.push(head.id.as_deref().map(Into::into));
        rows.name.push(head.name.as_deref().map(Into::into));
        rows.at.push(head.at.map(u64::cast_signed));
        rows.event.push(event.event.get().into());
        rows.event_bytes += event.event.get().len();
        if rows.is_full() { self.write_group().map_err(cause) } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.rows.event.is_empty() {
            self.write_group().map_err(cause)?;
        }
        self.writer.finish().map_err(cause)?;
        self.writer.inner_mut().flush()
    }
}

/// The error of the output below, where that is what it was.
fn cause(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(below) => match below.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::file::metadata::RowGroupMetaData;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::{Row, RowAccessor as _};
    use serde_json::value::RawValue;

    use super::*;

    fn file(events: &[&str]) -> SerializedFileReader<Bytes> {
        let mut bytes = Vec::new();
        let mut table = Table::new(&mut bytes).unwrap();
        for (n, event) in events.iter().enumerate() {
            let event: &RawValue = serde_json::from_str(event).unwrap();
            let visitor = (n % 2 == 0).then_some("ann-0001");
            let exported = Exported {
                sequence: n as u64,
                received_at: 1_700_000_000_000,
                key: "demo",
                session: "s",
                visitor,
                tab: "t",
                batch_id: "b",
                template: "/order/:id",
                event,
            };
            table.push(&exported).unwrap();
        }
        table.finish().unwrap();
        drop(table);
        SerializedFileReader::new(Bytes::from(bytes)).unwrap()
    }

    #[test]
    fn keeps_what_an_event_says_and_null_where_it_says_nothing() {
        let event = r#"{"id":"e1","type":"help","at":1700000000001,"data":{"é":[1, 2]}}"#;
        let rows: Vec<_> = file(&[event, "{}"]).get_row_iter(None).unwrap().map(Result::unwrap).collect();
        let text = |row: &Row, column: usize| row.get_string(column).map(String::as_str).ok().map(str::to_owned);
        let [visitor, id, name, at, whole] = [4, 8, 9, 10, 11];
        let of = |row: &Row| [visitor, id, name, whole].map(|column| text(row, column).unwrap_or_default());
        assert_eq!(of(&rows[0]), ["ann-0001", "e1", "help", event]);
        assert_eq!(rows[0].get_timestamp_millis(at).unwrap(), 1_700_000_000_001);
        assert_eq!(of(&rows[1]), ["", "", "", "{}"]);
        assert!(rows[1].get_timestamp_millis(at).is_err(), "it is null");
        assert_eq!(rows[1].get_long(0).unwrap(), 1);
    }

    #[test]
    fn starts_a_new_group_before_one_grows_large() {
        let file = file(&vec!["{}"; GROUP_ROWS + 1]);
        let rows: Vec<_> = file.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [i64::try_from(GROUP_ROWS).unwrap(), 1]);
    }

    #[test]
    fn is_a_whole_file_where_nothing_was_found() {
        assert_eq!(file(&[]).metadata().file_metadata().num_rows(), 0);
    }
}
