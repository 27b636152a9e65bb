export-choose = Choose the columns
export-chosen = The columns chosen below
export-ical = Calendar (iCalendar)
export-json = JSON, as the API gives it
export-own-form = Address book and calendar have a form of their own and take every field that fits into it.
export-vcard = Address book (vCard 3.0, for telephones)
export-vcard4 = Address book (vCard 4.0)
import-alike = { $n ->
    [one] { $n } new row is likely somebody who is here already.
   *[other] { $n } new rows are likely somebody who is here already.
  }
import-alike-first = { $n ->
    [one] Of the first { $first } rows { $n } new one is likely somebody who is here already. After the run all are looked at.
   *[other] Of the first { $first } rows { $n } new ones are likely somebody who is here already. After the run all are looked at.
  }
import-alike-first-none = None of the first { $first } rows looks like somebody who is here already. After the run all are looked at.
import-alike-none = No new row looks like somebody who is here already.
import-left-along = Read along: whether a stage was won or lost, a currency, or rows that are of another kind.
import-left-blank = Left out: no row has anything here.
import-left-consent = Left out: consent wants its own proof and is not taken over from a list.
import-left-kept-here = Left out: when and by whom a record was made is kept here by itself.
import-left-no-field = Left out: no field of this name. Choose one, or make one in the settings.
import-left-taken = Left out: another column fills the field this one is for.
import-left-technical = Left out: of use inside the other program only.
import-left-worked-out = Left out: follows from other values.
import-links = Linked records
import-links-made = Made beside them: { $what }.
import-links-make = Make a new { $record } when “{ $field }” finds none
import-links-text = They are found by any of their keys: ID in another system, number, e-mail, phone or name. What is there already stays as it is.
import-links-would = Would be made beside them: { $what }.
import-system = Comes from
import-system-found = This looks like an export of { $system }: { $n } columns are matched, { $left } are left out, each with its reason.
import-twins = { $n ->
    [one] { $n } likely duplicate waits among { $records }
   *[other] { $n } likely duplicates wait among { $records }
  }
import-twins-looking = Looking for duplicates among { $records }. Their number will stand here.
import-twins-none = No likely duplicates among { $records }.
import-word = { $n ->
    [one] “{ $word }” ({ $n } row)
   *[other] “{ $word }” ({ $n } rows)
  }
import-word-as-is = Treat it as a wrong value
import-word-blank = Leave the field empty
import-words = What these words mean: { $field }
import-words-decided = Words with a meaning
import-words-more = { $n } rarer words are treated as wrong values.
import-words-text = The field does not know these words of the file. Choose what they mean; left empty, the row comes in without this field. What you choose is remembered for the next file.
problem-calendar-repeats = Repeats without an end or by a rule that cannot be written out ({ $value }): taken over once.
problem-calendar-zone = The time zone { $value } is not known; the times are taken as yours.
problem-card-beyond = More telephones or e-mail addresses than there are columns; left out: { $value }
problem-card-picture = The picture of this card is not taken over.
problem-export-unfit = These records cannot be written in this format.
problem-import-currency = The amount is in { $value }, this workspace counts in { $own }: convert it first.
problem-import-linked-alone = Only the linked record; the rest of the row is empty.
problem-import-no-such-record = There is no record of this name or number. Import it first, or tick “Make a new …” in the step Rules.
problem-import-row-deleted = Deleted in the other program.
problem-import-row-footer = A line below the table, no record.
problem-import-row-other = A record of another kind: import the file there as well.
problem-path-too-long = A column may lie at most { $max } links away.
