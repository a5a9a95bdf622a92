-- A right to write that ends by itself: one row per name in each table. The fence goes up with every new holder; the
-- end moves with every sign of life, in a table of its own, so that a commit under way never meets its own holder's sign.
create schema if not exists {leases};
create table if not exists {leases}.fences (name text primary key, fence bigint not null, holder text not null);
create table if not exists {leases}.ends (name text primary key, ends_at timestamptz not null);

-- The new fence where nobody holds the name, otherwise who holds it. The row is locked first: a commit that is being
-- checked against it ends before anybody else becomes the holder.
create or replace function {leases}.take(wanted text, who text, seconds double precision)
returns table (fence text, holder text) language plpgsql as $take$
declare
    current_fence bigint;
    current_holder text;
    current_end timestamptz;
begin
    insert into {leases}.fences values (wanted, 0, '') on conflict (name) do nothing;
    insert into {leases}.ends values (wanted, '-infinity') on conflict (name) do nothing;
    select held.fence, held.holder into current_fence, current_holder
        from {leases}.fences as held where held.name = wanted for update;
    select it.ends_at into current_end from {leases}.ends as it where it.name = wanted for update;
    if current_end > clock_timestamp() then
        return query select null::text, current_holder;
        return;
    end if;
    update {leases}.fences as held set fence = held.fence + 1, holder = who where held.name = wanted;
    update {leases}.ends as it set ends_at = clock_timestamp() + seconds * interval '1 second' where it.name = wanted;
    return query select (current_fence + 1)::text, who;
end
$take$;

-- Whether the name is still held under this fence; if so it ends so many seconds from now, at once with 0.
create or replace function {leases}.keep(wanted text, held_fence bigint, seconds double precision)
returns text language plpgsql as $keep$
begin
    perform 1 from {leases}.fences as held where held.name = wanted and held.fence = held_fence for share;
    if not found then
        return 'lost';
    end if;
    update {leases}.ends as it set ends_at = clock_timestamp() + seconds * interval '1 second' where it.name = wanted;
    return 'held';
end
$keep$;

-- Every commit of the lake names the fences it was made under; in its own transaction they must be the newest.
create or replace function {leases}.check_fences() returns trigger language plpgsql as $check$
declare
    given json;
    one record;
begin
    begin
        given := new.commit_extra_info::json -> 'fences';
    exception when others then
        given := null;
    end;
    if given is null or given ->> 'history' is null then
        raise exception 'timebooks: this commit holds no lease';
    end if;
    for one in select key, value::bigint as fence from json_each_text(given) order by key loop
        perform 1 from {leases}.fences as held where held.name = one.key and held.fence = one.fence for share;
        if not found then
            raise exception 'timebooks: the lease % was lost', one.key;
        end if;
    end loop;
    return new;
end
$check$;
