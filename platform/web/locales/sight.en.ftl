# Calendar and map as ways to see a list.
agenda-after-day = Next day
agenda-after-list = Next month
agenda-after-month = Next month
agenda-after-week = Next week
agenda-all-day = All day
agenda-beaten = { $who } has just changed { $name }: { $what }. Your move was not saved.
agenda-before-day = Previous day
agenda-before-list = Previous month
agenda-before-month = Previous month
agenda-before-week = Previous week
agenda-by = Calendar by
agenda-by-field = By { $field }
agenda-colour = Colour by
agenda-day = Day
agenda-done = Done
agenda-end = End or length
agenda-list = List
agenda-month = Month
agenda-more = Only the first { $n } records are shown. Narrow them down with a filter, or look at a shorter stretch.
agenda-more-link = N more
agenda-moved = { $name } moved to { $when }
agenda-no-colour = No colour
agenda-no-end = None
agenda-nothing = Nothing stands on these days.
agenda-span = Stretch
agenda-start = Start
agenda-week = Week
agenda-words = Title
agenda-zone = Times are in your time zone, { $zone }; the workspace uses { $firm }.
map-amount = Number added up
map-by = Map by
map-by-field = By { $field }
map-country = All of Indonesia
map-elsewhere = { $n ->
    [one] { $n } record in this province names
   *[other] { $n } records in this province name
} no city or regency that is known.
map-list = See the list
map-lost = { $n ->
    [one] { $n } record is not on the map
   *[other] { $n } records are not on the map
}
map-more = The addresses differ too much to count them all. Narrow them down with a filter.
map-no-amount = Count only
map-nothing = No record has an address that is known.
map-place = Place
map-province = Province
map-regency = City or regency
map-source = Provinces are drawn as tiles where they lie; the size of a tile means nothing. Codes and names of areas: idn-area-data (Kemendagri), ODbL 1.0.
map-unknown = Not known as a province: { $words }. Correct the addresses to have them counted.
