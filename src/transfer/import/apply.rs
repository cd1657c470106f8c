//! From the staging table to the catalogue, by set-based statements in a fixed order.

use tokio_postgres::{Client, Error as DriverError};

use super::report::{Counts, ImportReport};
use crate::transfer::catalogue::Problem;

const GENRES: &str = include_str!("sql/genres.sql");
const ARTISTS: &str = include_str!("sql/artists.sql");
const LINES: &str = include_str!("sql/lines.sql");
const ALBUMS_BY_MBID: &str = include_str!("sql/albums_by_mbid.sql");
const ALBUMS_BY_BARCODE: &str = include_str!("sql/albums_by_barcode.sql");
const ALBUMS_BY_TITLE: &str = include_str!("sql/albums_by_title.sql");
const ALBUMS_CREATE: &str = include_str!("sql/albums_create.sql");
const ALBUMS_FILL: &str = include_str!("sql/albums_fill.sql");
const TRACKS: &str = include_str!("sql/tracks.sql");
const MATCH: &str = include_str!("sql/match.sql");
const FILL: &str = include_str!("sql/fill.sql");
const LINKS: &str = include_str!("sql/links.sql");
const WARNINGS: &str = include_str!("sql/warnings.sql");
const COUNTS: &str = include_str!("sql/counts.sql");

/// One round settles a file without contradictions, each further one a line that repeats a track
/// in other words. What is left after the last becomes tracks of its own.
const MAX_ROUNDS: usize = 20;

/// Statistics of the planner are gathered when so many tracks are new.
const ANALYZE_FROM: u64 = 200;

/// Writes what is staged. The temporary tables it makes end with the transaction, or with the
/// savepoint that the caller goes back to.
pub(super) async fn apply(client: &Client) -> Result<(), DriverError> {
    client.batch_execute("analyze import_rows").await?;
    client.batch_execute(GENRES).await?;
    client.batch_execute(ARTISTS).await?;
    client.batch_execute(LINES).await?;
    albums(client).await?;
    client.batch_execute(TRACKS).await?;
    tracks(client).await?;
    client.batch_execute(LINKS).await
}

/// Albums with ids first, then those known by their title, so that the order of the lines does not
/// decide and a second import finds what the first one made.
async fn albums(client: &Client) -> Result<(), DriverError> {
    let by_title = |has_ids: &str| ALBUMS_BY_TITLE.replace("{has_ids}", has_ids);
    let create = |key: &str, condition: &str| ALBUMS_CREATE.replace("{key}", key).replace("{condition}", condition);
    let steps = [
        ALBUMS_BY_MBID.to_owned(),
        ALBUMS_BY_BARCODE.to_owned(),
        ALBUMS_FILL.to_owned(),
        by_title("true"),
        ALBUMS_FILL.to_owned(),
        create("import_albums.mbid::text", "import_albums.mbid is not null"),
        ALBUMS_BY_MBID.to_owned(),
        ALBUMS_BY_BARCODE.to_owned(),
        create("import_albums.barcode", "import_albums.mbid is null and import_albums.barcode is not null"),
        ALBUMS_BY_BARCODE.to_owned(),
        by_title("false"),
        create("import_albums.artist_id || ':' || import_albums.title_folded", "true"),
        by_title("false"),
        ALBUMS_FILL.to_owned(),
    ];
    for step in steps {
        client.batch_execute(&step).await?;
    }
    Ok(())
}

async fn tracks(client: &Client) -> Result<(), DriverError> {
    client.batch_execute(&FILL.replace("{round}", "0")).await?;
    for round in 1..=MAX_ROUNDS {
        let is_last = round == MAX_ROUNDS;
        let matching = MATCH
            .replace("{round}", &round.to_string())
            .replace("{is_last_round}", if is_last { "true" } else { "false" });
        client.batch_execute(&matching).await?;
        client.batch_execute(&FILL.replace("{round}", &round.to_string())).await?;
        let open = client.query_one("select count(*) from import_tracks where track_id is null", &[]).await?;
        if open.try_get::<_, i64>(0)? == 0 {
            break;
        }
    }
    Ok(())
}

/// Counts what was done and gathers what there is to say about single lines.
pub(super) async fn tell(client: &Client, report: &mut ImportReport) -> Result<(), DriverError> {
    let row = client.query_one(COUNTS, &[]).await?;
    let number = |name: &str| Ok::<u64, DriverError>(row.try_get::<_, i64>(name)?.unsigned_abs());
    let counts = |all: u64, created: u64, updated: u64| Counts {
        created,
        updated,
        unchanged: all.saturating_sub(created + updated),
    };
    report.tracks = counts(number("tracks")?, number("tracks_created")?, number("tracks_updated")?);
    report.artists = counts(number("artists")?, number("artists_created")?, number("artists_updated")?);
    report.albums = counts(number("albums")?, number("albums_created")?, number("albums_updated")?);
    report.genres_created = number("genres_created")?;
    report.links_created = number("links_created")?;

    let mut warnings = Vec::new();
    let mut count = 0;
    for row in client.query(WARNINGS, &[]).await? {
        count = row.try_get::<_, i64>("total")?.unsigned_abs();
        warnings.push(Problem {
            line: row.try_get::<_, i64>("line")?.unsigned_abs(),
            column: row.try_get("named")?,
            value: row.try_get("value")?,
            message: row.try_get("message")?,
        });
    }
    report.warnings.merge(warnings, count);
    if report.tracks.created >= ANALYZE_FROM {
        // Without the right to do it, the server only warns.
        client.batch_execute("analyze public.artists, public.albums, public.tracks, public.track_sources").await?;
    }
    Ok(())
}
