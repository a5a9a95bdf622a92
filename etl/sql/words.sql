-- The few words that every entry carries, one byte each. In the order of the alphabet, which is the order of their lines.
create or replace type entry_state as enum ('exported', 'held', 'out_of_scope', 'rejected', 'superseded', 'withdrawn');
create or replace type hour_kind as enum ('holiday', 'paid_leave', 'premium', 'unpaid_leave', 'worked');
create or replace type hour_class as enum ('bonus_premium', 'double_time', 'double_time_premium', 'holiday_premium', 'meal_premium',
    'night_premium', 'overtime', 'overtime_premium', 'regular', 'rest_premium', 'salary', 'spread_premium', 'weekend_premium');
create or replace type cost_purpose as enum ('direct_labor', 'internal_labor', 'labor_variance', 'leave_expense', 'overtime_premium', 'salary_variance', 'suspense');

-- The first day of the workweek that a day belongs to; begins_on: 1 Monday to 7 Sunday, or 100 and more for fixed 14 days
-- (100 + the days from 1900-01-01 to a first day, modulo 14); above that 1000 times the minutes after midnight at which the
-- workday begins. And its last day.
create or replace macro workweek_of(worked_day, begins_on) as (worked_day - (case when begins_on % 1000 < 100 then (isodow(worked_day) - begins_on % 1000 + 7) % 7
    else (worked_day - date '1900-01-01' - begins_on % 1000 + 100) % 14 end)::int);
-- The workweeks that a time from its first to its last day lies in: one, or two where it reaches over the week's end.
create or replace macro own_weeks(first_day, last_day, begins_on) as ([workweek_of(first_day, begins_on), workweek_of(last_day, begins_on)]);
create or replace macro workweek_end(first_day, begins_on) as (first_day + case when begins_on % 1000 < 100 then 6 else 13 end);

-- What of a payroll line stands in a payroll file as hours: a premium of hours paid before is hours of its own there.
create or replace macro line_seconds(hour_class, pay_seconds, premium_seconds) as
    (pay_seconds + case when hour_class in ('overtime', 'double_time') then 0 else premium_seconds end);

-- What a piece's pay is to the books.
create or replace macro purpose_of(hour_kind, is_cost_unmapped, job_no) as
    (case when hour_kind <> 'worked' then 'leave_expense'::cost_purpose when is_cost_unmapped then 'suspense'::cost_purpose
        when job_no is null then 'internal_labor'::cost_purpose else 'direct_labor'::cost_purpose end);

-- Seconds as hours with as few decimals as it takes, at most two: 40, 9.2, 7.25.
create or replace macro hours_words(seconds) as
    (regexp_replace(((((seconds + 18) // 36)::decimal(18, 0)) * 0.01::decimal(3, 2))::varchar, '[.]?0+$', ''));

-- A piece's id. Nearly all are the whole of their entry on its day: named without a cast per row.
create or replace macro piece_name(entry_id, version, day_no, class_no) as
    (case when version = 1 and day_no = 1 and class_no = 0 then entry_id || '/1/1r'
        else entry_id || '/' || version || '/' || day_no || case class_no when 0 then 'r' when 1 then 'o' else 'o' || class_no end end);

-- Seconds as a person reads hours: 26:00:00, -1:30:00.
create or replace macro clock_hours(seconds) as
    (case when seconds < 0 then '-' else '' end || abs(seconds) // 3600 || ':' || lpad((abs(seconds) // 60 % 60)::varchar, 2, '0')
        || ':' || lpad((abs(seconds) % 60)::varchar, 2, '0'));

-- UTF-8 text that was read as Windows text and saved again: two of its signs stand for one, as in MÃ¼ller.
create or replace macro decoded_twice() as
    '[ÂÃ][\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|ðŸ|Ð[\x{80}-\x{BF}]|Ñ[\x{80}-\x{BF}]';

-- Signs nobody sees, and spaces other than the plain one.
create or replace macro unseen() as '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\x{A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]';

-- A name with what nobody sees in it written as its code point: Web<U+00A0>.
create or replace macro visible(name) as (
    regexp_replace(regexp_replace(array_to_string(list_transform(string_split(name, ''), lambda sign:
        case when regexp_matches(sign, unseen()) then '<U+' || printf('%04X', unicode(sign)) || '>' else sign end), ''),
        '^ | $', '<U+0020>', 'g'), ' +<U\+0020>$', '<U+0020>'));

-- What two names have in common that look alike in print: letters of Cyrillic, Greek and full width as the Latin letter they
-- pass for (Unicode Technical Standard 39, the single-letter part that fonts do not tell apart), sharp s as ss. A name of
-- plain letters alone (one byte each) is its own.
create or replace macro look_alike(name) as (case when strlen(name) = length(name) then name else replace(replace(translate(translate(name,
    'АВЕЅІЈКМНОРСТУХԌаԁеіјӏорсѕухһԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινɑɡıſ',
    'ABESIJKMHOPCTYXGadeijlopcsyxhqwvABEZHIKMNOPTYXoivagif'),
    '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
    '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'), 'ß', 'ss'), 'ẞ', 'SS') end);

-- Seconds as whole units. Half a unit goes up (nearest), to the even number of units, or down; docs/adr/0005 and 0022.
create or replace macro to_unit(seconds, unit, mode) as (
    (seconds + case mode when 'nearest' then unit // 2 when 'up' then unit - 1 when 'nearest_half_down' then (unit - 1) // 2
        when 'nearest_even' then (unit - 1 + seconds // unit % 2) // 2 else 0 end) // unit * unit);

-- Whether a tax is on this pay item: * for all, else names with semicolons between.
create or replace macro is_taxed(pay_items, pay_item) as
    (pay_items = '*' or coalesce(list_contains(list_transform(string_split(pay_items, ';'), lambda name: trim(name)), pay_item), false));

-- Why an earlier period is corrected, the strongest cause first.
create or replace macro cause_word(cause_rank) as
    (['late entry', 'edited', 'withdrawn', 'suspense cleared', 'released hold', 're-mapped', 'rate', 'rule'][cause_rank]);

-- A number as a report prints it, up to six decimals: 1,234.50, $7.5, (12.00), -3; null where it is none. Thousands only in threes.
create or replace macro bare_number(printed) as (regexp_replace(regexp_replace(regexp_replace(printed,
    '[\s$€£¥\x{A0}\x{202F}'']', '', 'g'), '^\((.+)\)$', '-\1'), '^[−–]', '-'));
create or replace macro printed_number(printed, decimal_sign) as (try_cast(case
    when decimal_sign = '.' and regexp_full_match(bare_number(printed), '-?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,14})([.][0-9]{1,6}0*)?|-?[.][0-9]{1,6}0*')
        then replace(bare_number(printed), ',', '')
    when decimal_sign = ',' and regexp_full_match(bare_number(printed), '-?([0-9]{1,3}([.][0-9]{3})+|[0-9]{1,14})(,[0-9]{1,6}0*)?|-?,[0-9]{1,6}0*')
        then replace(replace(bare_number(printed), '.', ''), ',', '.') end as decimal(24, 6)));

-- Hours as a report prints them, H:MM or H:MM:SS, as seconds; null where it is none.
create or replace macro printed_seconds(printed) as (case when regexp_full_match(bare_number(printed), '-?[0-9]{1,3}(,?[0-9]{3})?:[0-5][0-9](:[0-5][0-9])?')
    then case when bare_number(printed)[1] = '-' then -1 else 1 end
        * (split_part(ltrim(replace(bare_number(printed), ',', ''), '-'), ':', 1)::bigint * 3600
            + split_part(bare_number(printed), ':', 2)::bigint * 60 + coalesce(nullif(split_part(bare_number(printed), ':', 3), ''), '0')::bigint) end);

-- An invoice or a bill; what it is known by: its number, and of a vendor's own number the vendor with it; whose its balance is.
create or replace macro is_document(kind) as (kind in ('invoice', 'bill'));
create or replace macro document_key(kind, number, person) as (case when kind = 'bill' and not regexp_full_match(number, '[A-Z]{2}[0-9]{4,5}[A-Z][A-Z0-9]*')
    then concat_ws('|', person, number) else coalesce(number, '') end);
create or replace macro whose_of(kind, account, person, job) as (coalesce(case kind when 'posting' then account when 'invoice' then job else person end, ''));

-- What two lines of the books have in common that are the same line: document, account and amount, or person, job, day and time.
create or replace macro figures_of(kind, number, account, amount, person, job, day, seconds) as (case
    when is_document(kind) or kind = 'posting' then concat_ws(chr(31), document_key(kind, number, person), account, amount) else concat_ws(chr(31), person, coalesce(job, ''), day, seconds) end);

-- A name as two people would take it for the same: no case, no accents, no look-alike letters, no signs between the words.
create or replace macro plain_name(name) as (trim(regexp_replace(lower(strip_accents(look_alike(nfc_normalize(name)))), '[^\p{L}\p{N}]+', ' ', 'g')));
create or replace macro in_word_order(plain) as (array_to_string(list_sort(list_filter(string_split(plain, ' '), lambda word: word <> '')), ' '));

-- Both parts of a customer:job, and a name with what it belongs to.
create or replace macro job_customer(customer_job) as (case when contains(customer_job, ':') then split_part(customer_job, ':', 1) else '' end);
create or replace macro job_name(customer_job) as (case when contains(customer_job, ':') then substr(customer_job, position(':' in customer_job) + 1) else customer_job end);
create or replace macro told_name(outer_name, name) as (case when coalesce(outer_name, '') = '' then name else outer_name || ' : ' || name end);

-- How alike two plain names are, 0 to 100: letter by letter, in any order of words; a name that has all words of the other (two at
-- least) or only its initial in place of a word counts as 93. For suggestions: no amount depends on it.
create or replace macro likeness(a, b) as (case when a = b then 100 else greatest(
    floor(100 * greatest(jaro_winkler_similarity(a, b), jaro_winkler_similarity(in_word_order(a), in_word_order(b))))::int,
    case when contains(a, ' ') and contains(b, ' ')
            and (list_has_all(string_split(a, ' '), string_split(b, ' ')) or list_has_all(string_split(b, ' '), string_split(a, ' '))) then 93
        when contains(a, ' ') and contains(b, ' ') and split_part(a, ' ', -1) = split_part(b, ' ', -1) and left(a, 1) = left(b, 1)
            and least(length(split_part(a, ' ', 1)), length(split_part(b, ' ', 1))) = 1 then 93 else 0 end) end);
