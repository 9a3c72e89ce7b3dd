import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    -- The first leaf that no rule has looked at yet. What happened before there were rules raises no alert.
    create table audit.alert_progress (leaf_index bigint not null, since timestamptz not null);
    create unique index alert_progress_one on audit.alert_progress ((true));
    insert into audit.alert_progress select size, now() from audit.tree;

    -- An event that a rule counts. What it is counted by may be the keyed hash of a client address: it goes with the
    -- rule's window.
    create table audit.alert_sighting (
      rule text not null,
      subject text not null,
      leaf_index bigint not null,
      occurred_at timestamptz not null,
      kept_until timestamptz not null,
      primary key (rule, subject, leaf_index)
    );
    create index alert_sighting_window on audit.alert_sighting (rule, subject, occurred_at);
    create index alert_sighting_kept on audit.alert_sighting (kept_until);

    -- An alert was raised, and no other is about the same before this moment.
    create table audit.alert_quiet (
      rule text not null,
      subject text not null,
      until timestamptz not null,
      kept_until timestamptz not null,
      primary key (rule, subject)
    );
    create index alert_quiet_kept on audit.alert_quiet (kept_until);

    -- Under the id of its event alert.raised.
    create table audit.alert (
      id uuid primary key,
      rule text not null,
      raised_at timestamptz not null default now(),
      message text not null,
      target_type text not null,
      target_id text not null,
      count bigint not null,
      window_seconds integer not null,
      first_leaf bigint,
      last_leaf bigint
    );
    create index alert_order on audit.alert (raised_at, id);

    create table audit.alert_delivery (
      alert_id uuid primary key references audit.alert,
      attempts integer not null default 0,
      due_at timestamptz not null default now(),
      created_at timestamptz not null default now()
    );
    create index alert_delivery_due on audit.alert_delivery (due_at);`,
  down: `
    drop table audit.alert_delivery, audit.alert, audit.alert_quiet, audit.alert_sighting, audit.alert_progress;`,
});
