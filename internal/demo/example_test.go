package demo_test

import (
	"fmt"
	"log"
	"time"

	"feedstation/internal/demo"
	"feedstation/internal/network"
)

func ExampleArticles() {
	zone := time.FixedZone("", 8*60*60)
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: zone, Channels: []network.Channel{
			{ID: "moment", Name: "时刻新闻"},
			{ID: "culture", Name: "文化"},
		}},
		{ID: "hy", Name: "衡阳站", URL: "https://hy.news.example", Language: "zh-CN", Zone: zone, Channels: []network.Channel{
			{ID: "sports", Name: "体育"},
		}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}

	until := time.Date(2026, 11, 20, 12, 0, 0, 0, zone)
	for a := range demo.Articles(n, 5, 1, until) {
		fmt.Println(a.Published.Format("01-02 15:04"), a.Station, a.Channels, a.Title)
	}
	// Output:
	// 11-18 16:32 xt [culture moment] 芦花路老邻居回来了 茶馆里坐满了人
	// 11-19 07:45 hy [sports] 麦坪镇村篮球赛决出冠军 奖品是4只大鹅
	// 11-19 07:45 hy [sports] 5,000 run along the Paulownia River in Hengyang
	// 11-20 09:23 xt [culture] 老茶馆重新开门 磨坊巷又闻到炒茶香
	// 11-20 10:07 xt [moment] 白塔社区“潮汐车位”运行满月 晚归不再绕圈
}
