package press

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Of the articles that share a page a month names the last one, and of several months
// only the last one names it. Contents mark what an earlier month has of such a page, so
// that a month which is read again stays as it is. Which months have a page is asked of
// the content store, and only of pages that a month has begun or ceased to name.

// maxMoved is how many pages are looked up in the content store. Where there are more, and
// where everything is built, only those are that the contents of several months have.
const maxMoved = 1000

// settlePages has each page named by one month, once no month is pending. Months of
// which that changes are read again.
func (b *builder) settlePages(ctx context.Context, work *Work) error {
	if len(b.outcome.Pending) > 0 {
		return nil // when these are built, all are compared
	}
	addresses := map[string]bool{}
	maps.Copy(addresses, b.moved)
	for address := range work.Pages {
		addresses[address] = false
	}
	if b.everything || b.current == nil || len(b.current.Pending()) > 0 || len(addresses) > maxMoved {
		var err error
		if addresses, err = b.repeated(); err != nil {
			return err
		}
	}
	asked := map[string]bool{}
	b.outcome.Settled = map[string]bool{}
	for len(addresses) > 0 {
		months, err := b.monthsOf(ctx, addresses)
		if err != nil {
			return err
		}
		maps.Copy(asked, addresses)
		b.moved = nil
		taken := map[string]bool{}
		for _, month := range slices.SortedFunc(maps.Keys(months), func(a, b article.Month) int { return b.Compare(a) }) {
			if err := b.settleMonth(ctx, month, months[month], taken); err != nil {
				return fmt.Errorf("%s: %w", month, err)
			}
		}
		// What is read again may differ in more.
		addresses = b.moved
		for address := range asked {
			delete(addresses, address)
		}
	}
	return nil
}

// settleMonth has a month name those of some pages that are not taken, which then are.
func (b *builder) settleMonth(ctx context.Context, month article.Month, addresses, taken map[string]bool) error {
	made := func(path string) *edition.Document { return b.contents[path] }
	listed, later, err := pagesOf(made, month)
	if err != nil {
		return err
	}
	wrong := false
	for address := range addresses {
		if listed[address] && taken[address] || later[address] && !taken[address] {
			wrong, b.outcome.Settled[address] = true, true
		}
		later[address] = taken[address]
	}
	if wrong {
		for n := 1; b.contents[network.ShardPath(month, n)] != nil; n++ {
			delete(b.contents, network.ShardPath(month, n))
			delete(b.documents, network.ShardPath(month, n))
		}
		b.later = later
		err := b.month(ctx, month, &Extent{Whole: true})
		b.later = nil
		if err != nil {
			return err
		}
		slices.Sort(b.outcome.Back) // the month may have been read twice
		b.outcome.Back = slices.Compact(b.outcome.Back)
		if listed, _, err = pagesOf(made, month); err != nil {
			return err
		}
	}
	for address := range addresses {
		taken[address] = taken[address] || listed[address]
	}
	return nil
}

// monthsOf returns in which months the content store has articles of some pages, by
// month. What has come, and is in no other month, is left out.
func (b *builder) monthsOf(ctx context.Context, addresses map[string]bool) (map[article.Month]map[string]bool, error) {
	states, err := b.snapshot.Sharing(ctx, b.station.ID, slices.Sorted(maps.Keys(addresses)))
	if err != nil {
		return nil, err
	}
	of := map[string]map[article.Month]bool{}
	for _, s := range states {
		if !s.Visible {
			continue
		}
		if of[s.URL] == nil {
			of[s.URL] = map[article.Month]bool{}
		}
		of[s.URL][article.MonthOf(s.Published, b.station.Zone)] = true
	}
	months := map[article.Month]map[string]bool{}
	for address, all := range of {
		if len(all) == 1 && addresses[address] {
			continue
		}
		for month := range all {
			if months[month] == nil {
				months[month] = map[string]bool{}
			}
			months[month][address] = true
		}
	}
	return months, nil
}

// repeated returns the addresses that several months name, or that one names for
// another. It keeps a hash of each address of the archive while it runs.
func (b *builder) repeated() (map[string]bool, error) {
	found := map[string]bool{}
	seed := maphash.MakeSeed()
	var hashes []uint64
	err := b.eachPage(func(address []byte, later bool) {
		if later {
			found[string(address)] = false
		}
		hashes = append(hashes, maphash.Bytes(seed, address))
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(hashes)
	twice := map[uint64]bool{}
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			twice[hashes[i]] = true
		}
	}
	if len(twice) == 0 {
		return found, nil
	}
	return found, b.eachPage(func(address []byte, _ bool) {
		if twice[maphash.Bytes(seed, address)] {
			found[string(address)] = false
		}
	})
}

// eachPage calls found with each address that a month names, or leaves to a later one.
func (b *builder) eachPage(found func(address []byte, later bool)) error {
	for path, contents := range b.contents {
		if !IsShard(path) {
			continue
		}
		text, err := legible(contents)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for address, later := range edition.Pages(text) {
			found(address, later)
		}
	}
	return nil
}

// legible returns the lines of contents; none where the disk does not answer, which
// holds up no edition. The error is that of damaged ones, which are built again.
func legible(contents *edition.Document) ([]byte, error) {
	text, err := contents.Body()
	if err != nil && !errors.Is(err, edition.ErrDamaged) {
		return nil, nil
	}
	return text, err
}

// pagesBefore returns the addresses that the current edition names in a month, and those
// that the month leaves to later ones until that is found to be otherwise.
func (b *builder) pagesBefore(month article.Month) (listed, later map[string]bool, err error) {
	if b.everything || b.current == nil { // where nothing is taken on trust
		return nil, b.later, nil
	}
	listed, later, err = pagesOf(b.previousContents, month)
	if errors.Is(err, edition.ErrDamaged) { // what it says is lost
		listed, later, err = nil, nil, nil
	}
	if b.later != nil {
		later = b.later
	}
	return listed, later, err
}

// noteMoved notes what a month names now and did not, or the reverse.
func (b *builder) noteMoved(w *chunkWriter) {
	if b.everything || b.current == nil || len(b.current.Pending()) > 0 && b.later == nil {
		return // all are compared
	}
	if b.moved == nil {
		b.moved = map[string]bool{}
	}
	for address := range w.pages {
		if !w.before[address] {
			b.moved[address] = true
		}
	}
	for address, listed := range w.before {
		if _, still := w.pages[address]; listed && !still && !b.moved[address] { // no other month has it now
			b.moved[address] = false
		}
	}
}

// pagesOf returns the addresses that a month names, and those that it leaves to later
// ones; contents returns those at a path, nil where there are none.
func pagesOf(contents func(path string) *edition.Document, month article.Month) (listed, later map[string]bool, err error) {
	listed, later = map[string]bool{}, map[string]bool{}
	for n := 1; ; n++ {
		at := contents(network.ShardPath(month, n))
		if at == nil {
			return listed, later, nil
		}
		text, err := legible(at)
		if err != nil {
			return nil, nil, err
		}
		for address, is := range edition.Pages(text) {
			if is {
				later[string(address)] = true
			} else {
				listed[string(address)] = true
			}
		}
	}
}
