// Package webhook tells programs of changed articles in signed JSON, as the Standard
// Webhooks specification has it: for search, apps and social posting.
package webhook

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
)

const (
	requestTimeout = 20 * time.Second
	// sendTimeout is less than the time for which a notice is claimed.
	sendTimeout = 45 * time.Second
	// batch is how many articles a Send has, most how many of them a request.
	batch, most = 500, 100
	// life is how long a receiver may be away.
	life = 72 * time.Hour
)

// Event is what became of an article.
type Event string

// The events.
const (
	Published Event = "published" // it came
	Changed   Event = "changed"
	Gone      Event = "gone" // it was withdrawn, has expired, or is elsewhere
)

// Settings are how a receiver is told.
type Settings struct {
	Name     string // in the outbox
	URL      string
	Secret   string   // in no error
	Key      []byte   // what signs, of Secret
	Events   []Event  // nil: all
	Stations []string // nil: all
	Network  *network.Network
	Agent    string // User-Agent
}

// Receiver is one that is told. It implements [push.Destination].
type Receiver struct {
	settings Settings
	client   *client.Client
}

// shortestKey is the length of a segment of a path, in bytes, from which on it may be what
// lets us in, as chats have it, and not a word.
const shortestKey = 16

// New returns a receiver.
func New(s Settings) *Receiver {
	address, query, _ := strings.Cut(s.URL, "?")
	secrets := []string{s.Secret, query}
	for segment := range strings.SplitSeq(address, "/") {
		if len(segment) >= shortestKey {
			secrets = append(secrets, segment)
		}
	}
	return &Receiver{s, client.New(s.Agent, requestTimeout, secrets...)}
}

// Name returns the name in the outbox.
func (r *Receiver) Name() string { return r.settings.Name }

// Policy has a receiver be told when every process serves what it is told of.
func (r *Receiver) Policy() push.Policy { return push.Policy{Batch: batch, Life: life} }

// Notices returns a notice for each article that came, changed or left. A station of the
// whole network tells of those with an address of its own alone: its others are told of by
// their stations.
func (r *Receiver) Notices(change push.Change) (all []push.Notice) {
	station := change.Station
	if r.settings.Stations != nil && !slices.Contains(r.settings.Stations, station.ID) {
		return nil
	}
	for _, part := range []struct {
		articles []edition.Article
		event    Event
	}{{change.Came, Published}, {change.Changed, Changed}, {change.Left, Gone}} {
		if r.settings.Events != nil && !slices.Contains(r.settings.Events, part.event) {
			continue
		}
		for _, a := range part.articles {
			if a.Later || station.All && !r.isAt(station, a.Address) {
				continue
			}
			all = append(all, push.Notice{
				Address: a.Address, Version: push.Version(a), Gone: part.event == Gone, New: part.event == Published,
				ID: a.ID, Published: a.Published, Seen: change.After.Watermark(),
			})
		}
	}
	return all
}

// isAt reports whether an address is the station's, and not in a folder of another one that
// tells of it.
func (r *Receiver) isAt(station *network.Station, address string) bool {
	at, ok := r.settings.Network.At(address)
	return ok && (at.ID == station.ID || station.Owns(address) && !at.Publishes())
}

// Send tells of articles, a request for those of one edition, so that a request that is
// repeated has what it had.
func (r *Receiver) Send(ctx context.Context, station *network.Station, served *edition.Edition, notices []push.Notice) push.Answer {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	answer := push.Answer{Outcomes: slices.Repeat([]push.Outcome{push.Retry}, len(notices))}
	known, err := lookUp(station, served, notices)
	if err != nil {
		answer.Err = err
		return answer
	}
	for _, part := range deliveries(notices) {
		if answer.Err != nil {
			break
		}
		told, err := r.deliver(ctx, station, known, notices, part)
		switch {
		case err != nil:
			answer.Err = err
		case told.Status == http.StatusGone:
			answer.Broken, answer.Err = true, errors.New("the receiver wants no more: 410 Gone")
		case !told.OK():
			answer.Err, answer.Pause = r.client.Refused(told), told.RetryAfter(time.Now())
		default:
			for _, i := range part {
				answer.Outcomes[i] = push.Told
			}
		}
	}
	return answer
}

// deliveries divides notices, by their place: by the edition that changed them, the first
// one first, then by id.
func deliveries(notices []push.Notice) (all [][]int) {
	order := make([]int, len(notices))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := notices[i], notices[j]
		return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Address, b.Address))
	})
	for n, i := range order {
		if last := len(all) - 1; n > 0 && notices[order[n-1]].Seen.Equal(notices[i].Seen) && len(all[last]) < most {
			all[last] = append(all[last], i)
			continue
		}
		all = append(all, []int{i})
	}
	return all
}

// deliver sends a request for some of the notices.
func (r *Receiver) deliver(ctx context.Context, station *network.Station, known map[string]details, notices []push.Notice, some []int) (client.Answer, error) {
	id := sha256.New()
	fmt.Fprintf(id, "%q\n%q\n", r.settings.Name, station.ID)
	message := message{Type: "articles", Station: station.ID}
	for _, i := range some {
		n := notices[i]
		fmt.Fprintf(id, "%q %q %t\n", n.Address, n.Version, n.Gone)
		message.Edition = n.Seen.UTC()
		message.Articles = append(message.Articles, describe(station, n, known[n.ID]))
	}
	body, err := message.encode()
	if err != nil {
		return client.Answer{}, err
	}
	name, now := "msg_"+hex.EncodeToString(id.Sum(nil)[:16]), strconv.FormatInt(time.Now().Unix(), 10)
	return r.client.Do(ctx, client.Request{Method: http.MethodPost, URL: r.settings.URL, Body: []byte(body), Header: http.Header{
		"Content-Type": {"application/json"}, "Webhook-Id": {name}, "Webhook-Timestamp": {now}, "Webhook-Signature": {sign(r.settings.Key, name, now, body)},
	}})
}

// sign returns the signature of a request.
func sign(key []byte, id, timestamp, body string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
