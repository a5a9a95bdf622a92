-- One row per class of a dimension, numbered by its name: keys below compare numbers, not texts.
with classes as (select * from map_classes)
select classes.*, dense_rank() over (order by value)::int as books_class_no from classes
