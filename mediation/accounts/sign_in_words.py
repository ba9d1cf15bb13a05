"""The words of which sign-in names are made: 256 plain things of weather, land, garden, kitchen and workshop.

None is a name that people bear, a place, a body, a feeling, or anything of courts and crime. A practitioner may change
any of them: names that were given stay as they are.
"""

from typing import Final

_LIST: Final = """
abacus acorn almond anchor apple apricot aqueduct arbour arch atlas attic awning badge balcony
bamboo banner barley basket beacon beech beetroot bench bicycle birch biscuit blanket blossom bobbin
bookshelf boulder bracken bramble bread breeze bridge brook bucket bungalow butter cabbage cabin
cactus calendar candle canoe canvas carrot castle celery chalk cherry chestnut chimney cinnamon
clarinet clay clock cloud cobble cocoa coconut comet compass copper cottage cotton courtyard crayon
crocus cucumber cupboard curtain cushion custard cypress daffodil dandelion diamond dolphin doorway
drizzle dune easel eclipse elm envelope evening feather ferry fiddle field flannel flute forest
fountain foxglove galaxy garden gazebo glacier glade globe granite grove guitar hammock harbour
harvest haystack hedge heron hill honey horizon ivory jigsaw kettle keyboard kite lagoon lake
lantern larch lattice lavender lemon lettuce library lighthouse linen lodge lotus lupin magnet
mandolin mango maple marble marsh marzipan meadow melon meteor midday mint mosaic mountain muffin
napkin nest noodle notebook nutmeg oak oasis ocean orange orchard oregano otter paddle palm pancake
parasol parsley pasture peach pear pebble pencil pepper petal piano pillow pine pineapple pistachio
planet plateau plum pond poplar porridge prairie pudding pumpkin puzzle quarry quartz quilt radish
rainbow rhubarb ribbon ridge rosette saddle sail salad sandcastle satchel scarf scooter seashell
shelf skylight slate snowdrop spinach spruce starling stream sugar suitcase sundial sunflower
sunrise tambourine tangerine tapestry teacup teapot telescope terrace thimble thistle thyme toffee
tomato topaz tractor trellis tricycle trumpet tulip turnip turquoise umbrella valley vanilla velvet
village violin waffle wagon walnut wardrobe waterfall waterwheel windmill winter wool xylophone
yarrow yoghurt zinnia
"""
WORDS: Final = tuple(_LIST.split())
