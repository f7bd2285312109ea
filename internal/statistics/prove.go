package statistics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"feedstation/internal/agent"
)

// Resolver looks names and addresses up; [net.Resolver] is one.
type Resolver interface {
	LookupAddr(ctx context.Context, addr string) (names []string, err error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

const (
	lookupTime    = 5 * time.Second  // for which an address is looked up
	decidedLife   = 24 * time.Hour   // of a verdict
	undecidedLife = 5 * time.Minute  // until what could not be found out is tried again
	maxVerdicts   = 10_000           // that are remembered
	maxFailed     = 8                // look-ups in a row, after which
	silence       = time.Minute      // for so long nobody is asked
	listEvery     = 24 * time.Hour   // a published list is read
	listAgain     = 15 * time.Minute // after it could not be
	listTime      = 30 * time.Second // for which a list is waited for
)

// Prover tells crawlers from those who borrow their names: by the host name of their
// address, whose addresses have to confirm it, or by the published list. It remembers
// verdicts, not addresses. It is safe for concurrent use.
type Prover struct {
	resolver Resolver // nil: no names are looked up
	lists    []*published
	seed     maphash.Seed

	mu       sync.Mutex
	verdicts map[uint64]verdictUntil
	failed   int       // look-ups in a row
	silent   time.Time // until then nobody is asked
}

type verdictUntil struct {
	verdict Verdict
	until   time.Time
}

// published is a list that is read from an address, for the crawlers of an operator.
type published struct {
	key, address string

	mu    sync.RWMutex
	ready bool
	list  agent.List // the last good one
	next  time.Time  // when it is read
	fault error      // why it could not be
}

// NewProver returns a prover with a resolver, which may be nil, and the addresses of the
// published lists by the name of a crawler's family; an empty address is the one that
// package agent knows.
func NewProver(resolver Resolver, lists map[string]string) *Prover {
	p := &Prover{resolver: resolver, seed: maphash.MakeSeed(), verdicts: map[uint64]verdictUntil{}}
	for name, address := range lists {
		if family, ok := agent.Named(name); ok {
			p.lists = append(p.lists, &published{key: listKey(family), address: cmp.Or(address, family.List)})
		}
	}
	return p
}

// listKey names the list of a family, which others may share.
func listKey(f *agent.Family) string { return cmp.Or(f.List, f.Name) }

func (p *Prover) published(f *agent.Family) *published {
	i := slices.IndexFunc(p.lists, func(l *published) bool { return l.key == listKey(f) })
	if i < 0 {
		return nil
	}
	return p.lists[i]
}

// verdictKey stands for an address of a family.
type verdictKey struct {
	addr   netip.Addr
	family string
}

// Known returns the verdict on an address if nobody need be asked for it.
func (p *Prover) Known(f *agent.Family, addr netip.Addr) (Verdict, bool) {
	if !f.Provable() || !addr.IsGlobalUnicast() || addr.IsPrivate() { // a proxy, of which nobody has said that it is one
		return Unchecked, true
	}
	if l := p.published(f); l != nil {
		if has, ready := l.has(addr); has {
			return Proved, true
		} else if ready && f.Hosts == nil {
			return Forged, true
		}
	}
	if p.resolver == nil || f.Hosts == nil {
		return Unchecked, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.verdicts[maphash.Comparable(p.seed, verdictKey{addr, f.Name})]
	switch now := time.Now(); {
	case ok && now.Before(v.until):
		return v.verdict, true
	case now.Before(p.silent):
		return Unchecked, true
	}
	return "", false
}

// Verdict returns the verdict on an address, and looks it up if need be.
func (p *Prover) Verdict(ctx context.Context, f *agent.Family, addr netip.Addr) Verdict {
	if v, ok := p.Known(f, addr); ok {
		return v
	}
	ctx, stop := context.WithTimeout(ctx, lookupTime)
	defer stop()
	v, err := p.lookUp(ctx, f, addr)
	life := decidedLife
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.failed = 0
	} else {
		life = undecidedLife
		if p.failed++; p.failed >= maxFailed {
			p.failed, p.silent = 0, time.Now().Add(silence)
		}
	}
	if len(p.verdicts) >= maxVerdicts {
		clear(p.verdicts)
	}
	p.verdicts[maphash.Comparable(p.seed, verdictKey{addr, f.Name})] = verdictUntil{v, time.Now().Add(life)}
	return v
}

// lookUp asks for the names of an address, and whether one of them that is the crawler's
// has that address: anybody may give an address of his own any name.
func (p *Prover) lookUp(ctx context.Context, f *agent.Family, addr netip.Addr) (Verdict, error) {
	other := Forged
	if f.Observed {
		other = Unchecked
	}
	names, err := p.resolver.LookupAddr(ctx, addr.String())
	if err != nil && !isAbsent(err) {
		return Unchecked, err
	}
	own := f.Owns(names)
	for _, name := range own[:min(len(own), maxNames)] {
		addrs, err := p.resolver.LookupNetIP(ctx, "ip", name)
		if err != nil && !isAbsent(err) {
			return Unchecked, err
		}
		if slices.ContainsFunc(addrs, func(a netip.Addr) bool { return a.Unmap() == addr }) {
			return Proved, nil
		}
		other = Forged // it has borrowed the name of the host, too
	}
	return other, nil
}

// maxNames is how many names of one address are asked for.
const maxNames = 4

func isAbsent(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

// has reports whether a list has an address, and whether it has been read.
func (l *published) has(addr netip.Addr) (has, ready bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.list.Has(addr), l.ready
}

// ReadLists reads the published lists that are due. Of one that can't be read, or has no
// ranges, the last good one stays. The error joins those of all. It is not to be called
// again before it returns.
func (p *Prover) ReadLists(ctx context.Context, client *http.Client) error {
	var faults []error
	for _, l := range p.lists {
		if !time.Now().Before(l.next) {
			l.read(ctx, client)
		}
		faults = append(faults, l.fault)
	}
	return errors.Join(faults...)
}

func (l *published) read(ctx context.Context, client *http.Client) {
	list, err := fetchList(ctx, client, l.address)
	if err != nil {
		l.next, l.fault = time.Now().Add(listAgain), fmt.Errorf("%s: %w", l.address, err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.ready, l.next, l.fault = list, true, time.Now().Add(listEvery), nil
}

func fetchList(ctx context.Context, client *http.Client, address string) (agent.List, error) {
	ctx, stop := context.WithTimeout(ctx, listTime)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return agent.List{}, err
	}
	request.Header.Set("User-Agent", "feedstation")
	response, err := client.Do(request)
	if err != nil {
		return agent.List{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return agent.List{}, errors.New(response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, agent.MaxListBytes))
	if err != nil {
		return agent.List{}, err
	}
	return agent.ParseList(data)
}
