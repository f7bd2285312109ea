package redis

import (
	"maps"
	"testing"

	"feedstation/internal/testkit/redistest"
)

// What is stored of a station's subscriptions is there for all, until it is removed.
func TestSubscriptions(t *testing.T) {
	server := redistest.Start(t)
	r, other := newRedis(t, server.Addr()), newRedis(t, server.Addr())
	for _, step := range []struct {
		name   string
		fields map[string]string
		remove []string
		want   map[string]string
	}{
		{"nothing", nil, nil, map[string]string{}},
		{"two", map[string]string{"a": "1", "b": "2"}, nil, map[string]string{"a": "1", "b": "2"}},
		{"another value", map[string]string{"a": "3"}, nil, map[string]string{"a": "3", "b": "2"}},
		{"one less", nil, []string{"b", "c"}, map[string]string{"a": "3"}},
		{"both", map[string]string{"d": "4"}, []string{"a"}, map[string]string{"d": "4"}},
	} {
		t.Run(step.name, func(t *testing.T) {
			if err := r.StoreSubscriptions(t.Context(), "xt", step.fields, step.remove); err != nil {
				t.Fatal(err)
			}
			got, err := other.Subscriptions(t.Context(), "xt")
			if err != nil || !maps.Equal(got, step.want) {
				t.Errorf("stored %v (%v), want %v", got, err, step.want)
			}
			if got, err := other.Subscriptions(t.Context(), "yy"); err != nil || len(got) > 0 {
				t.Errorf("of another station %v (%v)", got, err)
			}
		})
	}
}
