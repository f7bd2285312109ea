package article_test

import (
	"testing"
	"time"

	"feedstation/internal/article"
)

func TestVisibleAt(t *testing.T) {
	at := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	tests := []struct {
		name      string
		status    article.Status
		published time.Time
		expires   time.Time
		want      bool
	}{
		{name: "published", status: article.Published, published: at.Add(-time.Hour), want: true},
		{name: "published at that moment", status: article.Published, published: at, want: true},
		{name: "at that moment in another zone", status: article.Published, published: at.In(shanghai), want: true},
		{name: "embargoed", status: article.Published, published: at.Add(time.Nanosecond)},
		{name: "expires later", status: article.Published, published: at.Add(-time.Hour), expires: at.Add(time.Nanosecond), want: true},
		{name: "expires at that moment", status: article.Published, published: at.Add(-time.Hour), expires: at},
		{name: "expired", status: article.Published, published: at.Add(-time.Hour), expires: at.Add(-time.Minute)},
		{name: "expired before it was published", status: article.Published, published: at, expires: at.Add(-time.Hour)},
		{name: "draft", status: article.Draft, published: at.Add(-time.Hour)},
		{name: "withdrawn", status: article.Withdrawn, published: at.Add(-time.Hour)},
		{name: "of no status", published: at.Add(-time.Hour)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := article.Article{Status: tt.status, Published: tt.published, Expires: tt.expires}
			if got := a.VisibleAt(at); got != tt.want {
				t.Errorf("VisibleAt = %t, want %t", got, tt.want)
			}
		})
	}
}
