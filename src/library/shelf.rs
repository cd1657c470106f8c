//! A person's rows about things of the catalogue, each thing at most once.
//!
//! A thing may have been merged since its row was written. So the row of a thing is its own, or that
//! of a row that was merged into it; its own comes first.

use std::collections::HashMap;

use diesel::sql_types::BigInt;

use crate::db::{Columns, Conn, ReadRow, Statement};
use crate::error::Result;

/// A table of rows that each name a person and a thing of the catalogue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelf {
    /// The table.
    pub table: &'static str,
    /// Its column that names the thing.
    pub thing: &'static str,
    /// The table of the things.
    pub things: &'static str,
}

/// A row with the person and the thing it was asked for.
struct Found<R> {
    person: i64,
    thing: i64,
    row: R,
}

impl<R: ReadRow> ReadRow for Found<R> {
    fn read<'r, W: diesel::row::Row<'r, diesel::pg::Pg>>(
        columns: &mut Columns<'_, W>,
    ) -> diesel::deserialize::Result<Self> {
        Ok(Self { person: columns.take()?, thing: columns.take()?, row: R::read(columns)? })
    }
}

impl Shelf {
    /// The rows of persons about things, with the columns of `l`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn of_things<R: ReadRow>(
        self,
        conn: &mut Conn,
        columns: &'static str,
        keys: impl Iterator<Item = (i64, i64)>,
    ) -> Result<HashMap<(i64, i64), R>> {
        let (persons, things): (Vec<i64>, Vec<i64>) = keys.unzip();
        let Self { table, thing, things: catalogue } = self;
        let mut statement = Statement::new("select k.person, k.thing, ");
        statement.push(columns).push(" from unnest(").keys::<BigInt, _>(persons).push(", ");
        statement.keys::<BigInt, _>(things).push(format!(
            ") as k(person, thing) cross join lateral (
                select l.* from {table} l
                where l.user_id = k.person
                    and l.{thing} in (
                        select k.thing union all select m.id from {catalogue} m where m.merged_into_id = k.thing
                    )
                order by l.{thing} = k.thing desc, l.id
                limit 1
            ) l"
        ));
        statement.private();
        let rows = statement.load::<Found<R>>(conn).await?;
        Ok(rows.into_iter().map(|found| ((found.person, found.thing), found.row)).collect())
    }

    /// The rows of persons by their own keys, with the columns of `l`.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn by_ids<R: ReadRow>(
        self,
        conn: &mut Conn,
        columns: &'static str,
        keys: impl Iterator<Item = (i64, i64)>,
    ) -> Result<HashMap<(i64, i64), R>> {
        let (persons, ids): (Vec<i64>, Vec<i64>) = keys.unzip();
        let mut statement = Statement::new("select k.person, k.id, ");
        statement.push(columns).push(" from unnest(").keys::<BigInt, _>(persons).push(", ");
        statement.keys::<BigInt, _>(ids).push(format!(
            ") as k(person, id) join {table} l on l.id = k.id and l.user_id = k.person",
            table = self.table
        ));
        statement.private();
        let rows = statement.load::<Found<R>>(conn).await?;
        Ok(rows.into_iter().map(|found| ((found.person, found.thing), found.row)).collect())
    }

    /// For each of these things, what the person's row about it names or would name: the thing of the
    /// row that is there, else the survivor. None where there is no such thing.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn places(self, conn: &mut Conn, person: i64, ids: &[i64]) -> Result<Vec<Option<i64>>> {
        let Self { table, thing, things } = self;
        let mut statement = Statement::new("select w.place, coalesce(h.thing, s.id) from unnest(");
        statement.keys::<BigInt, _>(ids.to_vec()).push(format!(
            ") with ordinality as w(id, place)
            join {things} x on x.id = w.id
            cross join lateral (select coalesce(x.merged_into_id, x.id) as id) s
            left join lateral (
                select l.{thing} as thing from {table} l
                where l.user_id = "
        ));
        statement.bind::<BigInt, _>(person).push(format!(
            " and l.{thing} in (select s.id union all select m.id from {things} m where m.merged_into_id = s.id)
                order by l.{thing} = s.id desc, l.id
                limit 1
            ) h on true"
        ));
        let mut places = vec![None; ids.len()];
        for (place, thing) in statement.load::<(i64, i64)>(conn).await? {
            let index = usize::try_from(place - 1).unwrap_or(usize::MAX);
            if let Some(slot) = places.get_mut(index) {
                *slot = Some(thing);
            }
        }
        Ok(places)
    }

    /// Takes the person's rows about these things away. For each thing: none where there is no such
    /// thing, else whether there was a row.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn remove(self, conn: &mut Conn, person: i64, ids: &[i64]) -> Result<Vec<Option<bool>>> {
        let Self { table, thing, things } = self;
        let mut statement = Statement::new(
            "with asked as (
                select w.place, coalesce(x.merged_into_id, x.id) as survivor from unnest(",
        );
        statement.keys::<BigInt, _>(ids.to_vec()).push(format!(
            ") with ordinality as w(id, place) join {things} x on x.id = w.id
            ), named as (
                select a.survivor as id, a.survivor from asked a
                union
                select m.id, a.survivor from asked a join {things} m on m.merged_into_id = a.survivor
            ), gone as (
                delete from {table} l using named n where l.{thing} = n.id and l.user_id = "
        ));
        statement.bind::<BigInt, _>(person).push(
            " returning n.survivor
            )
            select a.place, exists (select from gone g where g.survivor = a.survivor) from asked a",
        );
        let mut outcome = vec![None; ids.len()];
        for (place, was_there) in statement.load::<(i64, bool)>(conn).await? {
            let index = usize::try_from(place - 1).unwrap_or(usize::MAX);
            if let Some(slot) = outcome.get_mut(index) {
                *slot = Some(was_there);
            }
        }
        Ok(outcome)
    }
}

/// What became of several things of one call.
#[derive(Debug)]
pub struct Kept<R> {
    /// The rows as they are now, in the order of the call; a thing named twice has one.
    pub rows: Vec<R>,
    /// Places in the call that name nothing.
    pub missing: Vec<usize>,
}

/// What became of several things that were taken away.
#[derive(Debug)]
pub struct Removed {
    /// Places in the call whose thing is no longer kept.
    pub gone: Vec<usize>,
    /// Places in the call that name nothing.
    pub missing: Vec<usize>,
}

impl Removed {
    pub(super) fn of(outcome: &[Option<bool>]) -> Self {
        let places = |wanted: Option<bool>| {
            outcome.iter().enumerate().filter(move |(_, one)| **one == wanted).map(|(place, _)| place).collect()
        };
        Self { gone: places(Some(true)), missing: places(None) }
    }
}

/// The things of a call that exist, each once and in the order of the call, and the places of the others.
pub(super) fn wanted(places: &[Option<i64>]) -> (Vec<i64>, Vec<usize>) {
    let (mut things, mut missing) = (Vec::new(), Vec::new());
    for (place, thing) in places.iter().enumerate() {
        match thing {
            Some(thing) if things.contains(thing) => {}
            Some(thing) => things.push(*thing),
            None => missing.push(place),
        }
    }
    (things, missing)
}
