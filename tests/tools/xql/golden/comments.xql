// what it is for
/* and more
   on two lines */
config case_sensitive = false // setting
// the source
| dataset = issues // current rows
| filter // open ones
    xdm.issue.severity = "HIGH" // worst
    and /* either */ (a = 1 // one
      or b = 2) // two
    // not these
    and c in ("x", // first
              "y" /* second */)
// totals
| comp count() as n, // number
    max(_time) as last by k // groups
| alter
    // comment before
    label = if(n > 10, // many
      "many", "few"), // done
    other = 1
| join type = left ( // look up
    dataset = asset_inventory | fields xdm.asset.id as k2 // key
    // end of inner
  ) as j j.k2 = k // joined
| limit 5 // cut
// the end
