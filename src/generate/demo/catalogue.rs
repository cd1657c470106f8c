//! The demo's catalogue: facts gathered in four files, part of the program.

use std::io::Cursor;
use std::pin::pin;

use futures_util::SinkExt as _;
use tokio_postgres::Client;

use crate::error::{Error, Result};
use crate::transfer::catalogue::CatalogueReader;
use crate::transfer::import::{ImportOptions, fault, import_into};

const STAGE: &str = include_str!("stage.sql");
const CATALOGUE: &str = include_str!("catalogue.sql");

/// The files that have no import of their own, with their staging tables.
const FILES: [(&str, &str); 3] = [
    ("demo_genres", include_str!("../../../demo/genres.csv")),
    ("demo_artists", include_str!("../../../demo/artists.csv")),
    ("demo_albums", include_str!("../../../demo/albums.csv")),
];

const TRACKS: &str = include_str!("../../../demo/tracks.csv");

/// Loads genres, artists and albums, then the tracks through the import; within the caller's
/// transaction. Of editions with one title the tracks belong to the first, which their year names.
pub(super) async fn load(client: &Client) -> Result<()> {
    client.batch_execute(STAGE).await.map_err(fault::error)?;
    for (table, text) in FILES {
        // The header names the columns in the order of the file.
        let header = text.lines().next().unwrap_or_default();
        let copy = format!("copy {table} ({header}) from stdin with (format csv, header true)");
        let sink = client.copy_in::<_, Cursor<&'static str>>(&copy).await.map_err(fault::error)?;
        let mut sink = pin!(sink);
        sink.send(Cursor::new(text)).await.map_err(fault::error)?;
        sink.finish().await.map_err(fault::error)?;
    }
    client.batch_execute(CATALOGUE).await.map_err(fault::error)?;

    let reader = CatalogueReader::from_reader(TRACKS.as_bytes(), false)?;
    let options = ImportOptions { source: "demo".to_owned() };
    let report = import_into(client, reader, &options, &mut |_| ()).await?;
    if report.refused.count > 0 {
        return Err(Error::internal(format!("the demo's tracks are at fault: {report}")));
    }
    Ok(())
}
